/* Speaks frames over pipes that it inherits as stdin and stdout, with the system's own calls:
 *   pipe-frames echo                 reads frames, and writes each back
 *   pipe-frames write <count> <size> writes frames whose bytes are all the last digit of <count>
 *   pipe-frames die <size>           writes all of a frame but its last record, and kills itself
 * A record is a length of 32 bits, 8 bytes that tell its writer, a byte of flags (1: first, 2: last), and a part of a
 * frame; it has 4096 bytes at most, and one write each. Exits with 0 when it got, or wrote, everything. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>

static int read_some(unsigned char *bytes, int count) {
  DWORD got = 0;
  return ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes, count, &got, NULL) ? (int)got : 0;
}

static int write_once(const unsigned char *bytes, int count) {
  DWORD written = 0;
  return WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, count, &written, NULL) && (int)written == count;
}

static uint64_t own_number(void) { return GetCurrentProcessId(); }
static void die(void) { TerminateProcess(GetCurrentProcess(), 9); }

#else
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* Whoever shares an end may have made it non-blocking, which holds for all. */
static void wait_for(int fd, short events) {
  struct pollfd one = {.fd = fd, .events = events};
  poll(&one, 1, -1);
}

static int read_some(unsigned char *bytes, int count) {
  int got;
  while ((got = read(0, bytes, count)) < 0 && errno == EAGAIN) wait_for(0, POLLIN);
  return got;
}

static int write_once(const unsigned char *bytes, int count) {
  int written;
  while ((written = write(1, bytes, count)) < 0 && errno == EAGAIN) wait_for(1, POLLOUT);
  return written == count;
}

static uint64_t own_number(void) { return getpid(); }
static void die(void) { kill(getpid(), SIGKILL); }
#endif

#if defined PIPE_BUF && PIPE_BUF < 4096
#define RECORD PIPE_BUF
#else
#define RECORD 4096
#endif
#define LARGEST 4096
#define LENGTH 4
#define WRITER 8
#define HEAD (LENGTH + WRITER + 1)
#define FIRST 1
#define LAST 2

/* Writes a frame, or all of it but its last record. */
static int write_frame(const unsigned char *frame, int size, int whole) {
  uint64_t self = own_number();
  for (int start = 0;; start += RECORD - HEAD) {
    int part = size - start < RECORD - HEAD ? size - start : RECORD - HEAD;
    int last = start + part == size;
    uint32_t length = HEAD - LENGTH + part;
    unsigned char record[RECORD];
    if (last && !whole) return 1;
    memcpy(record, &length, LENGTH);
    memcpy(record + LENGTH, &self, WRITER);
    record[HEAD - 1] = (start == 0 ? FIRST : 0) | (last ? LAST : 0);
    memcpy(record + HEAD, frame + start, part);
    if (!write_once(record, HEAD + part)) return 0;
    if (last) return 1;
  }
}

/* 1 when all came, 0 when the pipe ended before. */
static int read_all(unsigned char *bytes, int count) {
  for (int done = 0; done < count;) {
    int some = read_some(bytes + done, count - done);
    if (some <= 0) return 0;
    done += some;
  }
  return 1;
}

static int echo(void) {
  unsigned char *frame = NULL, record[LARGEST];
  int size = 0;
  for (;;) {
    uint32_t length;
    if (!read_all((unsigned char *)&length, LENGTH)) return size == 0;
    if (length < HEAD - LENGTH || length > LARGEST - LENGTH || !read_all(record, length)) return 0;
    int part = length - (HEAD - LENGTH);
    frame = realloc(frame, size + part + 1);
    memcpy(frame + size, record + (HEAD - LENGTH), part);
    size += part;
    if (!(record[HEAD - LENGTH - 1] & LAST)) continue;
    if (!write_frame(frame, size, 1)) return 0;
    size = 0;
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "echo") == 0) return echo() ? 0 : 1;
  int dies = argc == 3 && strcmp(argv[1], "die") == 0;
  if (!dies && !(argc == 4 && strcmp(argv[1], "write") == 0)) return 2;
  int count = dies ? 1 : atoi(argv[2]), size = atoi(argv[argc - 1]);
  unsigned char *frame = malloc(size + 1);
  memset(frame, '0' + count % 10, size);
  for (int i = 0; i < count; i++)
    if (!write_frame(frame, size, !dies)) return 1;
  if (dies) die();
  return 0;
}
