/* Adds 1 to the first integer of memory that other processes have, too, so often:
 *   shared-memory name <name> <count>
 *   shared-memory handle <handle or descriptor> <count>     which it inherited
 * Exits with 0 when it did, with 4 where there is none, with 5 when it may not write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES 4096

#ifdef _WIN32
#include <windows.h>

static int *map(const char *how, const char *which) {
  HANDLE memory = strcmp(how, "name") == 0 ? OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, which)
                                           : (HANDLE)(intptr_t)strtoll(which, NULL, 10);
  if (memory == NULL) exit(4);
  return MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, BYTES);
}

#else
#include <fcntl.h>
#include <sys/mman.h>

static int *map(const char *how, const char *which) {
  int fd = strcmp(how, "name") == 0 ? shm_open(which, O_RDWR, 0) : atoi(which);
  if (fd == -1) exit(4);
  void *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? NULL : memory;
}
#endif

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int *memory = map(argv[1], argv[2]);
  if (memory == NULL) return 5;
  for (long left = atol(argv[3]); left > 0; left--) __atomic_add_fetch(memory, 1, __ATOMIC_SEQ_CST);
  return 0;
}
