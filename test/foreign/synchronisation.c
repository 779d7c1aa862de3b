/* Synchronises with other processes by the system's own calls. On POSIX a name is the path of the file.
 *   synchronisation mutex <name>                  locks, says "locked" or "abandoned"; lets go after a line of input
 *   synchronisation add <name> <memory> <count>   locks, adds 1 to the memory's first integer, lets go; so often
 *   synchronisation acquire|release <name>        a permit of a semaphore; says "done"
 *   synchronisation wait|set <name>               an event that resets itself; says "done"
 * Exits with 0 when it did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char *what) {
  puts(what);
  fflush(stdout);
}

#ifdef _WIN32
#include <windows.h>

typedef HANDLE Mutex;

static Mutex open_mutex(const char *name) { return CreateMutexA(NULL, FALSE, name); }

/* Returns whether its owner ended without letting go. */
static int lock(Mutex *mutex, const char *name) {
  (void)name;
  return WaitForSingleObject(*mutex, INFINITE) == WAIT_ABANDONED;
}

static void unlock(Mutex mutex) { ReleaseMutex(mutex); }

static volatile int *open_memory(const char *name) {
  HANDLE memory = OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name);
  return (volatile int *)MapViewOfFile(memory, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
}

static int acquire(const char *name) {
  return WaitForSingleObject(OpenSemaphoreA(SYNCHRONIZE, FALSE, name), INFINITE) == WAIT_OBJECT_0;
}

static int release(const char *name) {
  return ReleaseSemaphore(OpenSemaphoreA(SEMAPHORE_MODIFY_STATE, FALSE, name), 1, NULL);
}

static int wait_for(const char *name) {
  return WaitForSingleObject(OpenEventA(SYNCHRONIZE, FALSE, name), INFINITE) == WAIT_OBJECT_0;
}

static int set(const char *name) { return SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, name)); }

#else
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int Mutex;

static Mutex open_mutex(const char *name) {
  (void)name;
  return -1; /* it is opened to lock, and closed to let go */
}

static int lock(Mutex *mutex, const char *name) {
  struct stat status;
  *mutex = open(name, O_RDWR | O_CLOEXEC);
  if (*mutex == -1 || flock(*mutex, LOCK_EX) == -1 || fstat(*mutex, &status) == -1) exit(4);
  fchmod(*mutex, 0700);
  return (status.st_mode & 0100) != 0;
}

static void unlock(Mutex mutex) {
  fchmod(mutex, 0600);
  close(mutex);
}

static volatile int *open_memory(const char *name) {
  int fd = shm_open(name, O_RDWR, 0);
  return (volatile int *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

/* The words of a semaphore or an event: a mark, its value, its maximum or whether it is reset by hand. */
static int *open_words(const char *name) {
  int fd = open(name, O_RDWR | O_CLOEXEC);
  if (fd == -1 || flock(fd, LOCK_SH) == -1) exit(4); /* as long as that is held, the words keep their values */
  int *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (words == MAP_FAILED || words[0] != 0x53427379) exit(5);
  return words;
}

static int open_bell(const char *name, int mode) {
  char path[4096];
  snprintf(path, sizeof path, "%s.bell", name);
  return open(path, mode | O_NONBLOCK | O_CLOEXEC);
}

static int take_one(int *value) {
  int count = __atomic_load_n(value, __ATOMIC_SEQ_CST);
  while (count > 0) {
    if (__atomic_compare_exchange_n(value, &count, count - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return 1;
  }
  return 0;
}

static int acquire(const char *name) {
  int *words = open_words(name);
  for (;;) {
    int bell = open_bell(name, O_RDONLY); /* before looking, so that no ring is missed */
    if (take_one(&words[1])) return 1;
    struct pollfd ear = {.fd = bell, .events = POLLIN};
    if (poll(&ear, 1, -1) == -1) return 0;
    close(bell);
  }
}

static int change(const char *name, int event) {
  int *words = open_words(name);
  int bell = open_bell(name, O_RDWR);
  if (event) __atomic_store_n(&words[1], 1, __ATOMIC_SEQ_CST);
  else __atomic_add_fetch(&words[1], 1, __ATOMIC_SEQ_CST);
  return close(bell) == 0; /* which rings */
}

static int release(const char *name) { return change(name, 0); }
static int wait_for(const char *name) { return acquire(name); }
static int set(const char *name) { return change(name, 1); }
#endif

static int add(const char *name, const char *memory, long count) {
  Mutex mutex = open_mutex(name);
  volatile int *words = open_memory(memory);
  say("ready");
  for (; count > 0; count--) {
    lock(&mutex, name);
    words[0] = words[0] + 1;
    unlock(mutex);
  }
  return 1;
}

static int hold(const char *name) {
  char line[16];
  Mutex mutex = open_mutex(name);
  say(lock(&mutex, name) ? "abandoned" : "locked");
  if (fgets(line, sizeof line, stdin) == NULL) return 0;
  unlock(mutex);
  say("released");
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *what = argv[1], *name = argv[2];
  if (strcmp(what, "mutex") == 0) return !hold(name);
  if (strcmp(what, "add") == 0 && argc == 5) return !add(name, argv[3], atol(argv[4]));
  int good = strcmp(what, "acquire") == 0   ? acquire(name)
             : strcmp(what, "release") == 0 ? release(name)
             : strcmp(what, "wait") == 0    ? wait_for(name)
             : strcmp(what, "set") == 0     ? set(name)
                                            : 0;
  if (good) say("done");
  return !good;
}
