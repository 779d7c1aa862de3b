/**
 * Arguments as the one line that a process of Windows gets, from which the C library of the program makes the same arguments
 * again. Source: "Parsing C++ command-line arguments" of Microsoft's C++ documentation.
 */
export function commandLineOf(program: string, args: readonly string[]): string {
  return [program, ...args].map(quoted).join(' ')
}

function quoted(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument
  // Backslashes count only where a quote follows: each of those before one needs another.
  const escaped = argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')
  return `"${escaped}"`
}
