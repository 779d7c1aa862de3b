/* Speaks over a mailslot with the system's own calls:
 *   mailslot write <path> <count> <size>     writes messages of that size that begin with their number
 *   mailslot serve <path> <count> <max>      says "ready", and reads and prints that many messages
 *   mailslot hold <path>                     opens the slot, says "ready", and keeps it open until stdin ends
 *   mailslot keep <path>                     makes the slot, says "ready", and never reads
 * Exits with 0 when it did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define LARGEST 262144

static char message[LARGEST];

static void ready(void) {
  puts("ready");
  fflush(stdout);
}

static HANDLE dial(const char *path) {
  return CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
}

static int write_all(const char *path, int count, int size) {
  HANDLE slot = dial(path);
  if (slot == INVALID_HANDLE_VALUE || size > LARGEST) return 1;
  for (int number = 0; number < count; number++) {
    DWORD written = 0;
    char digits[16];
    snprintf(digits, sizeof digits, "%d", number);
    memset(message, '.', sizeof message);
    memcpy(message, digits, strlen(digits));
    if (!WriteFile(slot, message, size, &written, NULL) || (int)written != size) return 1;
  }
  CloseHandle(slot);
  return 0;
}

static int serve(const char *path, int count, int max) {
  HANDLE slot = CreateMailslotA(path, max, MAILSLOT_WAIT_FOREVER, NULL);
  if (slot == INVALID_HANDLE_VALUE) return 1;
  ready();
  for (int number = 0; number < count; number++) {
    DWORD got = 0;
    if (!ReadFile(slot, message, sizeof message, &got, NULL)) return 1;
    printf("%.*s\n", (int)got, message);
  }
  CloseHandle(slot);
  return 0;
}

static int wait_for_end(HANDLE slot) {
  if (slot == INVALID_HANDLE_VALUE) return 1;
  ready();
  while (getchar() != EOF) continue;
  CloseHandle(slot);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 5 && !strcmp(argv[1], "write")) return write_all(argv[2], atoi(argv[3]), atoi(argv[4]));
  if (argc == 5 && !strcmp(argv[1], "serve")) return serve(argv[2], atoi(argv[3]), atoi(argv[4]));
  if (argc == 3 && !strcmp(argv[1], "hold")) return wait_for_end(dial(argv[2]));
  if (argc == 3 && !strcmp(argv[1], "keep")) return wait_for_end(CreateMailslotA(argv[2], 0, 0, NULL));
  return 2;
}
