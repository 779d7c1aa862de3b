// Two processes that share memory and wait by looking at it without a pause: 64 bytes go over and come back, so and so
// often. Prints nanoseconds: the 50th, 99th and 99.9th percentile of a round trip, the time of all, the CPU of both.
//   spinning <round trips>
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 64 };

// A cache line for each side's bytes, and one for how many it has sent.
struct way {
    _Alignas(64) char bytes[BYTES];
    _Alignas(64) atomic_uint sent;
};

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void await(struct way *way, unsigned number) {
    while (atomic_load_explicit(&way->sent, memory_order_acquire) != number)
        ;
}

static void send_all(struct way *way, const char *bytes, unsigned number) {
    memcpy(way->bytes, bytes, BYTES);
    atomic_store_explicit(&way->sent, number, memory_order_release);
}

static long long cpu_of(int who) {
    struct rusage used;
    getrusage(who, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL;
}

static int ascending(const void *a, const void *b) {
    long long left = *(const long long *)a, right = *(const long long *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv) {
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    if (count == 0) return 2;
    struct way *ways =
        mmap(NULL, 2 * sizeof *ways, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long long *times = malloc(count * sizeof *times);
    if (ways == MAP_FAILED || times == NULL) return 1;
    char bytes[BYTES] = "there and back";
    pid_t far = fork();
    if (far < 0) return 1;
    if (far == 0) {
        for (unsigned number = 1; number <= count; number++) {
            await(&ways[0], number);
            memcpy(bytes, ways[0].bytes, BYTES);
            send_all(&ways[1], bytes, number);
        }
        _exit(0);
    }
    long long start = now();
    for (unsigned number = 1; number <= count; number++) {
        long long sent = now();
        send_all(&ways[0], bytes, number);
        await(&ways[1], number);
        memcpy(bytes, ways[1].bytes, BYTES);
        times[number - 1] = now() - sent;
    }
    long long all = now() - start;
    waitpid(far, NULL, 0);
    qsort(times, count, sizeof *times, ascending);
    printf("%lld %lld %lld %lld %lld\n", times[count / 2], times[(unsigned)(count * 0.99)],
           times[(unsigned)(count * 0.999)], all, cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN));
    return 0;
}
