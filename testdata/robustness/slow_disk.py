"""A slow file system: shows a directory read-only through FUSE, with a pause before every answer and a limit on bytes a second.

Speaks the kernel's protocol itself (linux/fuse.h, version 7.31), so that nothing has to be installed; needs root and /dev/fuse.
One request at a time, as a lone disk would: the pauses add up. Started by itself it shows SOURCE at MOUNTPOINT, says "ready", and takes
nothing on any more once the file NAME has been opened ("silent"); at the end of its input it is gone.

  slow_disk.py SOURCE MOUNTPOINT NAME

What a program waits for of a server that does not answer can be left by SIGKILL as long as the server has not taken the request, and for
the bytes of a file always (FUSE_ASYNC_READ, which libfuse asks for). A name that a server has taken on and does not answer holds even a
killed process; there the kernel itself waits (fs/fuse/dev.c, request_wait_answer), and so it does when a file is closed by its process's
end, unless the server said that it need not hear of it (FOPEN_NOFLUSH).
"""
import ctypes, errno, os, stat, struct, sys, threading, time

LIBC = ctypes.CDLL(None, use_errno=True)
IN = struct.Struct("<IIQQIIII")
LOOKUP, FORGET, GETATTR, READLINK, OPEN, READ, STATFS, RELEASE, INIT = 1, 2, 3, 5, 14, 15, 17, 18, 26
OPENDIR, READDIR, RELEASEDIR, INTERRUPT, DESTROY, BATCH_FORGET = 27, 28, 29, 36, 38, 42
SECONDS_VALID = 3600
MNT_DETACH = 2
ASYNC_READ = 1
NOFLUSH = 1 << 5


class SlowDisk:
    """Mounted for as long as it is used as a context manager. `pause` seconds, `rate` bytes a second; both may be set at any time.

    Nothing is taken on while `answering` is cleared, but for one request that the server already waits for. Bytes of files are held
    back for `hold` seconds more, and `held` is set by the first ones that are.
    """

    def __init__(self, source, at, pause, rate):
        self.source, self.at, self.pause, self.rate = str(source), str(at), pause, rate
        self.paths = {1: self.source}
        self.nodes = {self.source: 1}
        self.lists = {}
        self.requests = 0
        self.answering = threading.Event()
        self.answering.set()
        self.last = None
        self.hold = 0
        self.held = threading.Event()

    def __enter__(self):
        os.makedirs(self.at, exist_ok=True)
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        if LIBC.mount(b"slow", self.at.encode(), b"fuse.slow", 1 | 2 | 4, options.encode()) < 0:
            raise OSError(ctypes.get_errno(), "mount of a FUSE file system")
        self.server = threading.Thread(target=self.serve, daemon=True)
        self.server.start()
        return self

    def __exit__(self, *_):
        LIBC.umount2(self.at.encode(), MNT_DETACH)
        os.close(self.fd)

    def serve(self):
        while True:
            self.answering.wait()
            try:
                request = os.read(self.fd, 1 << 17)
            except OSError as e:
                if e.errno in (errno.EINTR, errno.ENOENT):
                    continue
                return
            length, opcode, unique, node, *_ = IN.unpack_from(request)
            if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
                continue
            try:
                answer, error = self.answer(opcode, node, request[IN.size:length]), 0
            except OSError as e:
                answer, error = b"", e.errno
            try:
                os.write(self.fd, struct.pack("<IiQ", 16 + len(answer), -error, unique) + answer)
            except OSError as e:
                if e.errno not in (errno.ENOENT, errno.EINTR):  # the asker has gone
                    return
            if opcode == DESTROY:
                return

    def answer(self, opcode, node, body):
        if opcode == INIT:
            return struct.pack("<IIIIHHIIHHI28x", 7, 31, 1 << 17, ASYNC_READ, 8, 8, 4096, 1, 0, 0, 0)
        if opcode not in (STATFS, RELEASE, RELEASEDIR, DESTROY):
            self.requests += 1
            time.sleep(self.pause)
        path = self.paths.get(node)
        if path is None:
            raise OSError(errno.ENOENT, "no such node")
        if opcode == LOOKUP:
            return self.lookup(os.path.join(path, os.fsdecode(body[:body.index(b"\0")])))
        if opcode == GETATTR:
            return struct.pack("<QII", SECONDS_VALID, 0, 0) + self.attributes(path)
        if opcode == READLINK:
            return os.fsencode(os.readlink(path))
        if opcode == OPEN:
            if os.path.basename(path) == self.last:
                self.answering.clear()
                print("silent", flush=True)
            return struct.pack("<QII", os.open(path, os.O_RDONLY | os.O_NOFOLLOW), NOFLUSH, 0)
        if opcode == READ:
            handle, offset, size = struct.unpack_from("<QQI", body)
            data = os.pread(handle, size, offset)
            if self.hold:
                self.held.set()
            time.sleep(self.hold + len(data) / self.rate)
            return data
        if opcode == RELEASE:
            os.close(struct.unpack_from("<Q", body)[0])
            return b""
        if opcode == OPENDIR:
            self.lists[node] = sorted(os.listdir(path))
            return struct.pack("<QII", 0, 0, 0)
        if opcode == READDIR:
            return self.read_directory(path, self.lists.get(node, []), *struct.unpack_from("<QQI", body)[1:])
        if opcode == STATFS:
            return struct.pack("<QQQQQIIII24x", 0, 0, 0, 0, 0, 4096, 255, 4096, 0)
        if opcode in (RELEASEDIR, DESTROY):
            return b""
        raise OSError(errno.ENOSYS, "not known here")

    def lookup(self, path):
        attributes = self.attributes(path)
        node = self.nodes.setdefault(path, len(self.nodes) + 1)
        self.paths[node] = path
        return struct.pack("<QQQQII", node, 0, SECONDS_VALID, SECONDS_VALID, 0, 0) + attributes

    @staticmethod
    def attributes(path):
        st = os.lstat(path)
        seconds = [int(t // 10 ** 9) for t in (st.st_atime_ns, st.st_mtime_ns, st.st_ctime_ns)]
        nanos = [t % 10 ** 9 for t in (st.st_atime_ns, st.st_mtime_ns, st.st_ctime_ns)]
        return struct.pack("<QQQQQQIIIIIIIIII", st.st_ino, st.st_size, st.st_blocks, *seconds, *nanos,
                           st.st_mode, st.st_nlink, st.st_uid, st.st_gid, 0, 4096, 0)

    @staticmethod
    def read_directory(path, names, offset, size):
        out = b""
        for index in range(offset, len(names)):
            name = os.fsencode(names[index])
            st = os.lstat(os.path.join(path, names[index]))
            entry = struct.pack("<QQII", st.st_ino, index + 1, len(name), stat.S_IFMT(st.st_mode) >> 12) + name
            entry += b"\0" * (-len(entry) % 8)
            if len(out) + len(entry) > size:
                break
            out += entry
        return out


def main():
    with SlowDisk(sys.argv[1], sys.argv[2], 0, 1e9) as disk:
        disk.last = sys.argv[3]
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
