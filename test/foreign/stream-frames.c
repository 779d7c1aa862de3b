/* Speaks frames over the two pipes that it inherits as stdin and stdout, each behind its length of 32 bits, little endian:
 *   stream-frames reverse             answers each frame with its bytes in reverse
 *   stream-frames write <size>...     writes a frame of each size, whose bytes count from 0
 *   stream-frames tear <size>         writes a frame, and only the first half of another one
 *   stream-frames claim               claims a frame of 4 GiB, and waits until nobody wants to hear it
 * Exits with 0 when all came whole, with 3 when its input ended within a frame, with 4 when a frame is longer than it takes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

#define LARGEST (4 * 1024 * 1024)

static unsigned char frame[LARGEST];

static void write_length(uint32_t length) {
  for (int shift = 0; shift < 32; shift += 8) putchar(length >> shift & 0xff);
}

static void write_frame(uint32_t length) {
  write_length(length);
  fwrite(frame, 1, length, stdout);
  fflush(stdout);
}

/* The bytes of the next frame; -1 at the end. */
static int64_t read_frame(void) {
  unsigned char head[4];
  size_t got = fread(head, 1, sizeof head, stdin);
  if (got == 0) return -1;
  if (got < sizeof head) exit(3);
  uint32_t length = head[0] | head[1] << 8 | head[2] << 16 | (uint32_t)head[3] << 24;
  if (length > LARGEST) exit(4);
  if (fread(frame, 1, length, stdin) < length) exit(3);
  return length;
}

static void reverse(void) {
  for (int64_t length; (length = read_frame()) >= 0;) {
    for (int64_t i = 0, j = length - 1; i < j; i++, j--) {
      unsigned char byte = frame[i];
      frame[i] = frame[j];
      frame[j] = byte;
    }
    write_frame(length);
  }
}

int main(int argc, char **argv) {
#ifdef _WIN32
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
#endif
  for (int i = 0; i < LARGEST; i++) frame[i] = (unsigned char)i;
  if (argc == 2 && strcmp(argv[1], "reverse") == 0) {
    reverse();
  } else if (argc > 2 && strcmp(argv[1], "write") == 0) {
    for (int i = 2; i < argc; i++) write_frame(atoi(argv[i]));
  } else if (argc == 3 && strcmp(argv[1], "tear") == 0) {
    write_frame(atoi(argv[2]));
    write_length(atoi(argv[2]));
    fwrite(frame, 1, atoi(argv[2]) / 2, stdout);
  } else if (argc == 2 && strcmp(argv[1], "claim") == 0) {
    write_length(UINT32_MAX);
    fflush(stdout);
    while (getchar() != EOF) continue;
  } else {
    return 2;
  }
  return 0;
}
