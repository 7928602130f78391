// Tries to leave its first pre-opened folder in every way it knows, and answers one line for each attempt:
// `NAME: ERRNO`, the errno by its name in the snapshot. `NAME: success` is a hole. The last line is `attempts: N`.
//
// The host folder is prepared like this by the test (`root` is what the guest gets; an attempt whose link is absent
// ends in `noent`, which proves nothing):
//
//     outside/secret.txt, outside/empty/    beside root, nothing may read, change or remove them
//     granted/inside.txt, granted/folder/deep/
//     granted/link-absolute    -> the absolute path of outside/secret.txt
//     granted/link-up          -> ../outside/secret.txt
//     granted/link-outside     -> ../outside
//     granted/link-root        -> /
//     granted/link-new         -> ../outside/new.txt   (which does not exist)
//     granted/link-loop        -> link-loop
//     granted/link-process     -> /proc/self/root
//     granted/link-working     -> /proc/self/cwd
//     granted/link-chain       -> folder/link-back
//     granted/folder/link-back -> ../../outside/secret.txt
#include "cgi.h"
#include <wasi/api.h>

typedef __wasi_errno_t Errno;
typedef __wasi_fd_t Descriptor;

enum { root = 3, longLength = 70000 };

static const __wasi_lookupflags_t follow = __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW;
static const __wasi_rights_t reading = __WASI_RIGHTS_FD_READ;
static const __wasi_rights_t writing = __WASI_RIGHTS_FD_WRITE;
static const __wasi_rights_t walking =
    __WASI_RIGHTS_PATH_OPEN | __WASI_RIGHTS_FD_READDIR | __WASI_RIGHTS_PATH_FILESTAT_GET;

static int attempts;

static const char *name_of(Errno error) {
    static const char *const names[] = {
        "success", "2big", "acces", "addrinuse", "addrnotavail", "afnosupport", "again", "already", "badf",
        "badmsg", "busy", "canceled", "child", "connaborted", "connrefused", "connreset", "deadlk",
        "destaddrreq", "dom", "dquot", "exist", "fault", "fbig", "hostunreach", "idrm", "ilseq", "inprogress",
        "intr", "inval", "io", "isconn", "isdir", "loop", "mfile", "mlink", "msgsize", "multihop",
        "nametoolong", "netdown", "netreset", "netunreach", "nfile", "nobufs", "nodev", "noent", "noexec",
        "nolck", "nolink", "nomem", "nomsg", "noprotoopt", "nospc", "nosys", "notconn", "notdir", "notempty",
        "notrecoverable", "notsock", "notsup", "notty", "nxio", "overflow", "ownerdead", "perm", "pipe",
        "proto", "protonosupport", "prototype", "range", "rofs", "spipe", "srch", "stale", "timedout",
        "txtbsy", "xdev", "notcapable",
    };
    return error < sizeof names / sizeof names[0] ? names[error] : "unknown";
}

static void report(const char *name, Errno error) {
    attempts++;
    say(name);
    say(": ");
    say(name_of(error));
    say("\n");
}

// The import itself: wasi-libc's wrapper measures the path with strlen, and some of ours hold a NUL.
__attribute__((import_module("wasi_snapshot_preview1"), import_name("path_open"))) uint32_t raw_path_open(
    Descriptor folder, __wasi_lookupflags_t lookup, const char *path, size_t length, uint32_t flags,
    __wasi_rights_t rights, __wasi_rights_t inherited, uint32_t descriptorFlags, Descriptor *opened);

static Errno open_bytes(
    Descriptor folder, const char *path, size_t length, __wasi_lookupflags_t lookup, __wasi_oflags_t flags,
    __wasi_rights_t rights, Descriptor *opened
) {
    return (Errno)raw_path_open(folder, lookup, path, length, flags, rights, rights, 0, opened);
}

static Errno open_path(Descriptor folder, const char *path, __wasi_oflags_t flags, __wasi_rights_t rights) {
    Descriptor opened;
    Errno error = open_bytes(folder, path, strlen(path), follow, flags, rights, &opened);
    if (error == 0) (void)__wasi_fd_close(opened);
    return error;
}

// Plain readings of a path that is, or leads, outside.
static void try_paths(void) {
    static const struct {
        const char *name, *path;
    } tries[] = {
        {"parent", ".."},
        {"parent-slash", "../"},
        {"parent-file", "../outside/secret.txt"},
        {"parent-after-dot", "./../outside/secret.txt"},
        {"parent-after-folder", "folder/../../outside/secret.txt"},
        {"parent-after-missing", "missing/../../outside/secret.txt"},
        {"parent-after-file", "inside.txt/../../outside/secret.txt"},
        {"parent-deep", "folder/deep/../../../outside/secret.txt"},
        {"parent-many", "../../../../../../../../../../../../etc/passwd"},
        {"parent-double-slash", "..//outside//secret.txt"},
        {"parent-dots-between", "folder/.././../outside/secret.txt"},
        {"parent-and-back", "../granted/inside.txt"},
        {"parent-last", "folder/../.."},
        {"parent-trailing-dot", "../."},
        {"absolute", "/etc/passwd"},
        {"absolute-root", "/"},
        {"absolute-double-slash", "//etc/passwd"},
        {"absolute-dot", "/./etc/passwd"},
        {"absolute-parent", "/../etc/passwd"},
        {"process-root", "/proc/self/root/etc/passwd"},
        {"process-working", "/proc/self/cwd"},
        {"process-descriptor", "/proc/self/fd/3/../outside/secret.txt"},
        {"process-memory", "/proc/self/mem"},
        {"device-descriptor", "/dev/fd/0"},
        {"link-absolute", "link-absolute"},
        {"link-absolute-slash", "link-absolute/"},
        {"link-up", "link-up"},
        {"link-up-after-folder", "folder/../link-up"},
        {"link-outside", "link-outside"},
        {"link-outside-slash", "link-outside/"},
        {"link-outside-dot", "link-outside/."},
        {"link-outside-file", "link-outside/secret.txt"},
        {"link-outside-parent", "link-outside/.."},
        {"link-outside-back-in", "link-outside/../granted/inside.txt"},
        {"link-root", "link-root"},
        {"link-root-file", "link-root/etc/passwd"},
        {"link-process", "link-process"},
        {"link-process-file", "link-process/etc/passwd"},
        {"link-working", "link-working/."},
        {"link-chain", "link-chain"},
        {"link-in-folder", "folder/link-back"},
        {"link-loop", "link-loop"},
        {"link-loop-parent", "link-loop/../../outside/secret.txt"},
        {"empty", ""},
        {"file-slash", "inside.txt/"},
        {"file-as-folder", "inside.txt/."},
        {"percent-encoded", "%2e%2e/outside/secret.txt"},
        {"backslashes", "..\\outside\\secret.txt"},
        {"overlong-utf8", "..\xc0\xafoutside\xc0\xafsecret.txt"},
        {"overlong-dots", "\xc0\xae\xc0\xae/outside/secret.txt"},
        {"fullwidth-dots", "\xef\xbc\x8e\xef\xbc\x8e/outside/secret.txt"},
        {"broken-utf8", "\xff\xfe/../outside/secret.txt"},
    };
    for (size_t index = 0; index < sizeof tries / sizeof tries[0]; index++) {
        report(tries[index].name, open_path(root, tries[index].path, 0, reading));
    }
}

static void try_odd_lengths(void) {
    static char longPath[longLength];
    Descriptor opened;
    static const char cutFile[] = "inside.txt\0/../../outside/secret.txt";
    report("nul-inside", open_bytes(root, cutFile, sizeof cutFile - 1, follow, 0, reading, &opened));
    static const char cutParent[] = "..\0";
    report("nul-after-parent", open_bytes(root, cutParent, sizeof cutParent, follow, 0, reading, &opened));
    static const char nul[] = "\0";
    report("nul-alone", open_bytes(root, nul, 1, follow, 0, reading, &opened));

    memset(longPath, 'a', longLength);
    report("long-name", open_bytes(root, longPath, 4096, follow, 0, reading, &opened));
    report("longest-name", open_bytes(root, longPath, longLength, follow, 0, reading, &opened));
    for (size_t index = 0; index + 2 <= longLength; index += 2) memcpy(longPath + index, "./", 2);
    memcpy(longPath + longLength - 24, "/../../outside/secret.tx", 24);
    report("long-dots-then-parent", open_bytes(root, longPath, longLength, follow, 0, reading, &opened));
    for (size_t index = 0; index + 3 <= longLength; index += 3) memcpy(longPath + index, "../", 3);
    report("many-parents", open_bytes(root, longPath, 3000, follow, 0, reading, &opened));
    report("most-parents", open_bytes(root, longPath, longLength - 1, follow, 0, reading, &opened));
}

static void try_opening_to_write(void) {
    report("create-parent", open_path(root, "../new.txt", __WASI_OFLAGS_CREAT, writing));
    report("create-outside", open_path(root, "link-outside/new.txt", __WASI_OFLAGS_CREAT, writing));
    report("create-through-link", open_path(root, "link-new", __WASI_OFLAGS_CREAT, writing));
    report("create-exclusive-through-link",
           open_path(root, "link-new", __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, writing));
    report("truncate-parent", open_path(root, "../outside/secret.txt", __WASI_OFLAGS_TRUNC, writing));
    report("truncate-through-link", open_path(root, "link-up", __WASI_OFLAGS_TRUNC, writing));
    report("open-folder-parent", open_path(root, "..", __WASI_OFLAGS_DIRECTORY, walking));
    report("open-folder-outside", open_path(root, "link-outside", __WASI_OFLAGS_DIRECTORY, walking));
}

static void try_other_functions(void) {
    __wasi_filestat_t stat;
    uint8_t text[256];
    __wasi_size_t used;
    const __wasi_fstflags_t now = __WASI_FSTFLAGS_MTIM_NOW;
    report("stat-parent", __wasi_path_filestat_get(root, follow, "..", &stat));
    report("stat-absolute", __wasi_path_filestat_get(root, follow, "/etc/passwd", &stat));
    report("stat-through-link", __wasi_path_filestat_get(root, follow, "link-up", &stat));
    report("stat-outside-unfollowed", __wasi_path_filestat_get(root, 0, "link-outside/secret.txt", &stat));
    report("times-parent", __wasi_path_filestat_set_times(root, follow, "../outside/secret.txt", 0, 0, now));
    report("times-through-link", __wasi_path_filestat_set_times(root, follow, "link-up", 0, 0, now));
    report("readlink-parent", __wasi_path_readlink(root, "../granted/link-up", text, sizeof text, &used));
    report("readlink-outside", __wasi_path_readlink(root, "link-process/proc/self/exe", text, sizeof text, &used));
    report("create-folder-parent", __wasi_path_create_directory(root, "../new"));
    report("create-folder-outside", __wasi_path_create_directory(root, "link-outside/new"));
    report("create-folder-absolute", __wasi_path_create_directory(root, "/martlet-escape"));
    report("remove-folder-parent", __wasi_path_remove_directory(root, "../outside/empty"));
    report("remove-folder-outside", __wasi_path_remove_directory(root, "link-outside/empty"));
    report("unlink-parent", __wasi_path_unlink_file(root, "../outside/secret.txt"));
    report("unlink-outside", __wasi_path_unlink_file(root, "link-outside/secret.txt"));
    report("rename-out", __wasi_path_rename(root, "inside.txt", root, "../stolen.txt"));
    report("rename-out-through-link", __wasi_path_rename(root, "inside.txt", root, "link-outside/stolen.txt"));
    report("rename-in", __wasi_path_rename(root, "../outside/secret.txt", root, "stolen.txt"));
    report("rename-in-through-link", __wasi_path_rename(root, "link-outside/secret.txt", root, "stolen.txt"));
    report("rename-root", __wasi_path_rename(root, ".", root, "../moved"));
    report("hard-link-in", __wasi_path_link(root, 0, "../outside/secret.txt", root, "hard.txt"));
    report("hard-link-in-through-link", __wasi_path_link(root, 0, "link-outside/secret.txt", root, "hard.txt"));
    report("hard-link-followed", __wasi_path_link(root, follow, "link-up", root, "hard.txt"));
    report("hard-link-out", __wasi_path_link(root, 0, "inside.txt", root, "../hard.txt"));
    report("symbolic-link-out", __wasi_path_symlink("inside.txt", root, "../soft.txt"));
    report("symbolic-link-outside", __wasi_path_symlink("inside.txt", root, "link-outside/soft.txt"));
}

// Links that the guest makes itself. Making one may be allowed; what counts is what it leads to.
static void try_own_links(void) {
    static const struct {
        const char *name, *target, *path;
    } tries[] = {
        {"own-link-up", "../outside/secret.txt", "own"},
        {"own-link-absolute", "/etc/passwd", "own"},
        {"own-link-folder", "..", "own/outside/secret.txt"},
        {"own-link-deep", "folder/../../outside/secret.txt", "own"},
        {"own-link-to-link", "link-up", "own"},
        {"own-link-process", "/proc/self/root", "own/etc/passwd"},
        {"own-link-descriptor", "/proc/self/fd/3", "own/../outside/secret.txt"},
    };
    for (size_t index = 0; index < sizeof tries / sizeof tries[0]; index++) {
        Errno error = __wasi_path_symlink(tries[index].target, root, "own");
        if (error == 0) error = open_path(root, tries[index].path, 0, reading);
        report(tries[index].name, error);
        (void)__wasi_path_unlink_file(root, "own");
    }
    // A hard link to a symbolic link, made where its relative target would fit.
    Errno error = __wasi_path_link(root, 0, "folder/link-back", root, "folder/deep/own");
    if (error == 0) error = open_path(root, "folder/deep/own", 0, reading);
    report("own-hard-link-to-link", error);
    (void)__wasi_path_unlink_file(root, "folder/deep/own");
    // A link moved to where it leads outside: harmless in folder/deep, not in root.
    error = __wasi_path_symlink("../../outside/secret.txt", root, "folder/deep/own");
    if (error == 0) error = __wasi_path_rename(root, "folder/deep/own", root, "folder/own");
    if (error == 0) error = open_path(root, "folder/own", 0, reading);
    report("own-link-moved", error);
    (void)__wasi_path_unlink_file(root, "folder/deep/own");
    (void)__wasi_path_unlink_file(root, "folder/own");
}

// A descriptor of a folder below is a border of its own, wherever that folder moves.
static void try_below_folder(void) {
    Descriptor folder;
    Errno error = open_bytes(root, "folder", 6, 0, __WASI_OFLAGS_DIRECTORY, walking | reading, &folder);
    if (error != 0) {
        report("below-folder", error);
        return;
    }
    report("below-parent", open_path(folder, "../inside.txt", 0, reading));
    report("below-two-parents", open_path(folder, "../../outside/secret.txt", 0, reading));
    report("below-link", open_path(folder, "link-back", 0, reading));
    report("below-deep", open_path(folder, "deep/../../inside.txt", 0, reading));
    (void)__wasi_fd_close(folder);

    Descriptor deep;
    error = open_bytes(root, "folder/deep", 11, 0, __WASI_OFLAGS_DIRECTORY, walking | reading, &deep);
    if (error == 0) error = __wasi_path_rename(root, "folder/deep", root, "moved");
    if (error == 0) {
        report("moved-parent", open_path(deep, "../inside.txt", 0, reading));
        report("moved-two-parents", open_path(deep, "../../outside/secret.txt", 0, reading));
        (void)__wasi_path_rename(root, "moved", root, "folder/deep");
    } else {
        report("moved-folder", error);
    }
    (void)__wasi_fd_close(deep);
}

// Paths relative to what is no folder of ours.
static void try_other_descriptors(void) {
    report("relative-to-stdin", open_path(0, "inside.txt", 0, reading));
    report("relative-to-stdout", open_path(1, "../outside/secret.txt", 0, reading));
    report("relative-to-closed", open_path(99, "inside.txt", 0, reading));
    report("relative-to-working-folder", open_path((Descriptor)-100, "inside.txt", 0, reading));
    Descriptor file;
    if (open_bytes(root, "inside.txt", 10, 0, 0, reading, &file) == 0) {
        report("relative-to-file", open_path(file, "../outside/secret.txt", 0, reading));
        (void)__wasi_fd_close(file);
    }
}

int main(void) {
    say(PLAIN_HEAD);
    try_paths();
    try_odd_lengths();
    try_opening_to_write();
    try_other_functions();
    try_own_links();
    try_below_folder();
    try_other_descriptors();
    say("attempts: ");
    say_number((uint64_t)attempts);
    say("\n");
    return 0;
}
