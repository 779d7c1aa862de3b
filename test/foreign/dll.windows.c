/* Loads a library with a shared section, and adds 1 to the first integer in it:
 *   dll add <path> <count>      says "ready", waits for a line, and adds so often
 * Exits with 0 when it did. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int argc, char **argv) {
  char line[16];
  if (argc != 4) return 2;
  HMODULE library = LoadLibraryA(argv[2]);
  if (library == NULL) return 3;
  volatile LONG *shared = (volatile LONG *)(void *)GetProcAddress(library, "signalbox_shared");
  if (shared == NULL) return 4;
  puts("ready");
  fflush(stdout);
  if (fgets(line, sizeof line, stdin) == NULL) return 5;
  for (long left = atol(argv[3]); left > 0; left--) InterlockedIncrement(shared);
  return FreeLibrary(library) ? 0 : 6;
}
