import { basename, extname } from 'node:path'

const extensions: Readonly<Record<string, readonly string[]>> = {
  C: ['.c', '.h'],
  'C++': ['.cc', '.cpp', '.cxx', '.hh', '.hpp'],
  CSS: ['.css', '.less', '.scss'],
  HTML: ['.htm', '.html'],
  JavaScript: ['.cjs', '.js', '.jsx', '.mjs'],
  JSON: ['.json', '.jsonc'],
  Markdown: ['.markdown', '.md'],
  Python: ['.py'],
  Rust: ['.rs'],
  Shell: ['.bash', '.cmd', '.ps1', '.sh'],
  'Source map': ['.map'],
  SVG: ['.svg'],
  Text: ['.txt'],
  TypeScript: ['.cts', '.mts', '.ts', '.tsx'],
  XML: ['.xml'],
  YAML: ['.yaml', '.yml'],
}

const byExtension = new Map(
  Object.entries(extensions).flatMap(([language, endings]) =>
    endings.map((ending): [string, string] => [ending, language]),
  ),
)

/** The language of a text file, by the end of its name. */
export function languageOf(path: string): string {
  return byExtension.get(extname(basename(path)).toLowerCase()) ?? 'Other text'
}
