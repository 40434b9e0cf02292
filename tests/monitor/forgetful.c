/* A disk that forgets: preloaded into a server it keeps, beside the folder FORGETFUL, what the folder was synced to.

   After a power cut a disk surely has what was synced and nothing else: of a file the bytes at its last fsync, of a folder the
   names at its own. So each fsync copies just that under FORGETFUL_KEPT, by inode: "f<number>" holds the bytes of a file,
   "d<number>" the names of a folder as lines "<kind><inode> <name>". The copy is made before fsync returns, so before anybody
   is told of success. tests/monitor/forgetful.py makes of it the folder as it is found after the power has come back.

   FORGETFUL_LIES: a file whose path holds one of these words, parted by colons, is not synced at all: for tests that a test can fail. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*sync_of)(int);

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* Whether the file lies in the folder, and where. */
static int is_ours(int fd, char *path) {
    const char *folder = getenv("FORGETFUL");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (!folder || length < 0) return 0;
    path[length] = 0;
    size_t prefix = strlen(folder);
    return !strncmp(path, folder, prefix) && (path[prefix] == '/' || !path[prefix]);
}

static int is_lied_about(const char *path) {
    const char *words = getenv("FORGETFUL_LIES");
    if (!words || !*words) return 0;
    char copy[1000], *rest = copy, *word;
    snprintf(copy, sizeof copy, "%s", words);
    while ((word = strsep(&rest, ":")))
        if (*word && strstr(path, word)) return 1;
    return 0;
}

static void names_of(int fd, FILE *out) {
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY);
    DIR *folder = own < 0 ? NULL : fdopendir(own);
    if (!folder) return;
    for (struct dirent *one; (one = readdir(folder));) {
        struct stat about;
        if (!strcmp(one->d_name, ".") || !strcmp(one->d_name, "..")) continue;
        if (fstatat(own, one->d_name, &about, AT_SYMLINK_NOFOLLOW)) continue;
        fprintf(out, "%c%lu %s\n", S_ISDIR(about.st_mode) ? 'd' : 'f', (unsigned long)about.st_ino, one->d_name);
    }
    closedir(folder);
}

static void bytes_of(int fd, FILE *out) {
    static char buffer[1 << 16];
    off_t at = 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int own = open(link, O_RDONLY); /* the file may have been opened for writing alone */
    if (own < 0) return;
    for (ssize_t n; (n = pread(own, buffer, sizeof buffer, at)) > 0; at += n) fwrite(buffer, 1, n, out);
    close(own);
}

/* Whole or not at all: the power may go while it is written. */
static int keep(int fd) {
    const char *kept = getenv("FORGETFUL_KEPT");
    char name[PATH_MAX], draft[PATH_MAX + 40];
    struct stat about;
    if (!kept || fstat(fd, &about)) return -1;
    int is_folder = S_ISDIR(about.st_mode);
    snprintf(name, sizeof name, "%s/%c%lu", kept, is_folder ? 'd' : 'f', (unsigned long)about.st_ino);
    snprintf(draft, sizeof draft, "%s.%d.draft", name, (int)getpid());
    FILE *out = fopen(draft, "wb");
    if (!out) return -1;
    if (is_folder) names_of(fd, out); else bytes_of(fd, out);
    return fclose(out) || rename(draft, name);
}

static int synced(int fd) {
    char path[PATH_MAX];
    if (!is_ours(fd, path) || is_lied_about(path)) return 0;
    pthread_mutex_lock(&one_at_a_time);
    int failed = keep(fd);
    pthread_mutex_unlock(&one_at_a_time);
    if (failed) errno = EIO;
    return failed ? -1 : 0;
}

int fsync(int fd) {
    sync_of real = (sync_of)dlsym(RTLD_NEXT, "fsync");
    return real(fd) ? -1 : synced(fd);
}

int fdatasync(int fd) {
    sync_of real = (sync_of)dlsym(RTLD_NEXT, "fdatasync");
    return real(fd) ? -1 : synced(fd);
}
