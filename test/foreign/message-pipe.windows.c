/* Speaks over a named pipe in message mode with the system's own calls:
 *   message-pipe serve <path>         says "ready", and answers each message of one client with its bytes in reverse
 *   message-pipe transact <path>      asks with messages of several sizes, an empty one among them, and checks the answers
 *   message-pipe call <path> <text>   asks once with CallNamedPipe, and prints the answer
 *   message-pipe say <path> <text>    opens the pipe for writing only, and writes a message
 *   message-pipe hear <path>          opens the pipe for reading only, and prints one message
 * Exits with 0 when it got what it expected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define LARGEST 300000
/* Less than most messages, so that they come in pieces. */
#define PIECE 512

static unsigned char question[LARGEST], answer[LARGEST];

/* Reads one message whole; -1 at the end. */
static int read_message(HANDLE pipe, unsigned char *into) {
  int length = 0;
  for (;;) {
    DWORD got = 0;
    BOOL whole = ReadFile(pipe, into + length, PIECE, &got, NULL);
    if (!whole && GetLastError() != ERROR_MORE_DATA) return -1;
    length += got;
    if (whole) return length;
  }
}

static int write_message(HANDLE pipe, const void *bytes, int length) {
  DWORD written = 0;
  return WriteFile(pipe, bytes, length, &written, NULL) && (int)written == length;
}

static void reverse(const unsigned char *from, unsigned char *to, int length) {
  for (int i = 0; i < length; i++) to[i] = from[length - 1 - i];
}

static int serve(const char *path) {
  HANDLE pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, NULL);
  if (pipe == INVALID_HANDLE_VALUE) return 1;
  puts("ready");
  fflush(stdout);
  if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) return 1;
  for (int length; (length = read_message(pipe, question)) >= 0;) {
    reverse(question, answer, length);
    if (!write_message(pipe, answer, length)) return 1;
  }
  CloseHandle(pipe);
  return 0;
}

static HANDLE dial(const char *path, DWORD access) {
  return CreateFileA(path, access, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static int transact_one(HANDLE pipe, int length) {
  static unsigned char expected[LARGEST];
  DWORD got = 0;
  for (int i = 0; i < length; i++) question[i] = (unsigned char)(i * 7 + length);
  reverse(question, expected, length);
  BOOL whole = TransactNamedPipe(pipe, question, length, answer, PIECE, &got, NULL);
  if (!whole && GetLastError() != ERROR_MORE_DATA) return 0;
  int total = (int)got;
  if (!whole) {
    int rest = read_message(pipe, answer + total);
    if (rest < 0) return 0;
    total += rest;
  }
  return total == length && memcmp(answer, expected, length) == 0;
}

static int transact(const char *path) {
  const int sizes[] = {1, 0, 511, 512, 513, 70000, LARGEST, 3};
  DWORD mode = PIPE_READMODE_MESSAGE;
  HANDLE pipe = dial(path, GENERIC_READ | GENERIC_WRITE);
  if (pipe == INVALID_HANDLE_VALUE || !SetNamedPipeHandleState(pipe, &mode, NULL, NULL)) return 1;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    if (!transact_one(pipe, sizes[i])) return 1;
  }
  CloseHandle(pipe);
  return 0;
}

static int call(const char *path, char *text) {
  DWORD got = 0;
  if (!CallNamedPipeA(path, text, strlen(text), answer, LARGEST, &got, 5000)) return 1;
  printf("%.*s\n", (int)got, answer);
  return 0;
}

static int say(const char *path, const char *text) {
  HANDLE pipe = dial(path, GENERIC_WRITE);
  if (pipe == INVALID_HANDLE_VALUE || !write_message(pipe, text, strlen(text))) return 1;
  CloseHandle(pipe);
  return 0;
}

static int hear(const char *path) {
  DWORD got = 0;
  HANDLE pipe = dial(path, GENERIC_READ);
  if (pipe == INVALID_HANDLE_VALUE || !ReadFile(pipe, answer, LARGEST, &got, NULL)) return 1;
  printf("%.*s\n", (int)got, answer);
  CloseHandle(pipe);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "serve")) return serve(argv[2]);
  if (argc == 3 && !strcmp(argv[1], "transact")) return transact(argv[2]);
  if (argc == 4 && !strcmp(argv[1], "call")) return call(argv[2], argv[3]);
  if (argc == 4 && !strcmp(argv[1], "say")) return say(argv[2], argv[3]);
  if (argc == 3 && !strcmp(argv[1], "hear")) return hear(argv[2]);
  return 2;
}
