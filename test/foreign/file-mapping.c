/* Maps a file that others have mapped, too:
 *   file-mapping add <path> <count>   says "ready", waits for a line, and adds 1 so often to the first integer in it
 *   file-mapping make <path>          makes a file of 8192 B that holds 0, 1, 2 and so on in integers of 32 bits
 * Exits with 0 when it did. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MADE 8192

#ifdef _WIN32
#include <windows.h>

static void *map(const char *path, int make) {
  HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                            make ? CREATE_NEW : OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return NULL;
  HANDLE section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, make ? MADE : 0, NULL);
  return section == NULL ? NULL : MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
}

#else
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map(const char *path, int make) {
  int fd = open(path, make ? O_RDWR | O_CREAT | O_EXCL : O_RDWR, 0600);
  if (fd < 0 || (make && ftruncate(fd, MADE) != 0)) return NULL;
  void *bytes = mmap(NULL, make ? MADE : 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return bytes == MAP_FAILED ? NULL : bytes;
}
#endif

int main(int argc, char **argv) {
  char line[16];
  if (argc < 3) return 2;
  int make = strcmp(argv[1], "make") == 0;
  int32_t *integers = map(argv[2], make);
  if (integers == NULL) return 3;
  if (make) {
    for (int index = 0; index < MADE / 4; index++) integers[index] = index;
    return 0;
  }
  puts("ready");
  fflush(stdout);
  if (fgets(line, sizeof line, stdin) == NULL) return 4;
  for (long left = argc > 3 ? atol(argv[3]) : 0; left > 0; left--) __atomic_fetch_add(integers, 1, __ATOMIC_SEQ_CST);
  return 0;
}
