/* Speaks over a named pipe, or a Unix socket, with the system's own calls:
 *   named-pipe connect <path>   writes all 256 bytes, and expects them back in reverse
 *   named-pipe serve <path>     says "ready", and does for one client what the other side expects
 * Exits with 0 when it got what it expected. */
#include <stdio.h>
#include <string.h>

#define COUNT 256

#ifdef _WIN32
#include <windows.h>

typedef HANDLE Pipe;

static Pipe dial(const char *path) {
  return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static Pipe serve(const char *path) {
  HANDLE pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
  puts("ready");
  fflush(stdout);
  if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) return INVALID_HANDLE_VALUE;
  return pipe;
}

static int is_open(Pipe pipe) { return pipe != INVALID_HANDLE_VALUE; }

static int write_some(Pipe pipe, const unsigned char *bytes, int count) {
  DWORD written = 0;
  return WriteFile(pipe, bytes, count, &written, NULL) ? (int)written : -1;
}

static int read_some(Pipe pipe, unsigned char *bytes, int count) {
  DWORD got = 0;
  return ReadFile(pipe, bytes, count, &got, NULL) ? (int)got : -1;
}

static void hang_up(Pipe pipe) {
  FlushFileBuffers(pipe);
  CloseHandle(pipe);
}

#else
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef int Pipe;

static struct sockaddr_un address_of(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  return address;
}

static Pipe dial(const char *path) {
  struct sockaddr_un address = address_of(path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static Pipe serve(const char *path) {
  struct sockaddr_un address = address_of(path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0) return -1;
  puts("ready");
  fflush(stdout);
  return accept(fd, NULL, NULL);
}

static int is_open(Pipe pipe) { return pipe >= 0; }
static int write_some(Pipe pipe, const unsigned char *bytes, int count) { return write(pipe, bytes, count); }
static int read_some(Pipe pipe, unsigned char *bytes, int count) { return read(pipe, bytes, count); }
static void hang_up(Pipe pipe) { close(pipe); }
#endif

static int write_all(Pipe pipe, const unsigned char *bytes) {
  for (int done = 0; done < COUNT;) {
    int some = write_some(pipe, bytes + done, COUNT - done);
    if (some <= 0) return 0;
    done += some;
  }
  return 1;
}

static int read_all(Pipe pipe, unsigned char *bytes) {
  for (int done = 0; done < COUNT;) {
    int some = read_some(pipe, bytes + done, COUNT - done);
    if (some <= 0) return 0;
    done += some;
  }
  return 1;
}

static void reverse(const unsigned char *from, unsigned char *to) {
  for (int i = 0; i < COUNT; i++) to[i] = from[COUNT - 1 - i];
}

static int ask(Pipe pipe) {
  unsigned char question[COUNT], expected[COUNT], answer[COUNT];
  for (int i = 0; i < COUNT; i++) question[i] = (unsigned char)i;
  reverse(question, expected);
  return write_all(pipe, question) && read_all(pipe, answer) && memcmp(answer, expected, COUNT) == 0;
}

static int reply(Pipe pipe) {
  unsigned char question[COUNT], answer[COUNT];
  if (!read_all(pipe, question)) return 0;
  reverse(question, answer);
  return write_all(pipe, answer);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int serving = strcmp(argv[1], "serve") == 0;
  Pipe pipe = serving ? serve(argv[2]) : dial(argv[2]);
  if (!is_open(pipe)) return 3;
  int good = serving ? reply(pipe) : ask(pipe);
  hang_up(pipe);
  return good ? 0 : 1;
}
