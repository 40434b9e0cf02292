/* A disk with little room: preloaded into a server it lets the folder NARROW grow to NARROW_ROOM bytes and no further.

   For whoever may not mount a small disk of their own. What would make a file grow is counted against the sizes of all files
   in the folder, and refused as a full disk refuses it; what is written over, or read, costs nothing. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static long long used;

static int add(const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)path, (void)where;
    if (kind == FTW_F) used += about->st_size;
    return 0;
}

/* Whether the file lies in the folder. */
static int is_ours(int fd, const char *folder) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t prefix = strlen(folder);
    return length > (ssize_t)prefix && !strncmp(path, folder, prefix) && path[prefix] == '/';
}

/* Whether the file may become that long. */
static int fits(int fd, long long end) {
    const char *folder = getenv("NARROW"), *room = getenv("NARROW_ROOM");
    struct stat about;
    if (!folder || !room || fstat(fd, &about) || !S_ISREG(about.st_mode)) return 1;
    if (end <= about.st_size || !is_ours(fd, folder)) return 1;
    pthread_mutex_lock(&one_at_a_time);
    used = 0;
    nftw(folder, add, 16, FTW_PHYS);
    /* a file that has no name any more takes room too, but only while it is open */
    int fit = used + end - about.st_size <= atoll(room);
    pthread_mutex_unlock(&one_at_a_time);
    if (!fit) errno = ENOSPC;
    return fit;
}

ssize_t write(int fd, const void *bytes, size_t n) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (at >= 0 && !fits(fd, (long long)at + (long long)n)) return -1;
    return REAL("write", ssize_t(*)(int, const void *, size_t))(fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
    if (!fits(fd, (long long)at + (long long)n)) return -1;
    return REAL("pwrite", ssize_t(*)(int, const void *, size_t, off_t))(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
    if (!fits(fd, (long long)at + (long long)n)) return -1;
    return REAL("pwrite64", ssize_t(*)(int, const void *, size_t, off64_t))(fd, bytes, n, at);
}

int ftruncate(int fd, off_t length) {
    return fits(fd, length) ? REAL("ftruncate", int (*)(int, off_t))(fd, length) : -1;
}

int ftruncate64(int fd, off64_t length) {
    return fits(fd, length) ? REAL("ftruncate64", int (*)(int, off64_t))(fd, length) : -1;
}
