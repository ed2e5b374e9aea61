"""What the measuring scripts of this folder share: a store of their own, a base, and a look at each command they run."""
import os, pathlib, shutil, signal, subprocess, sys, tempfile, threading, time

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = pathlib.Path(sys.argv[0]).name
WADAH = os.environ.get("WADAH", str(HERE.parent.parent / "wadah"))
HEAP = "256m"

# A shell without job control starts what is in its background deaf to SIGINT, and so would be all that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def fail(why):
    sys.exit(f"{SCRIPT}: {why}")


class Run:
    """A command: its wall seconds, processor seconds, peak resident sets in MB, and its output with the moment of each line.

    `peak` is the larger one of the JVM and of what it waited for (launcher, container); `jvm` is the JVM alone. With `process_group` 0
    it has a group of its own, as a job of a shell has. Nobody reads the output of a run that is `unread`.
    """

    def __init__(self, arguments, env, stdin=None, process_group=None, unread=False):
        self.arguments = arguments
        self.start = time.monotonic()
        self.lines = []
        self.jvm = 0
        self.process = subprocess.Popen([WADAH, *arguments], env=env, stdin=subprocess.DEVNULL if stdin is None else stdin,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if unread else subprocess.STDOUT, text=True,
                                        errors="replace", process_group=process_group)
        self.readers = [threading.Thread(target=of, daemon=True) for of in ([self.watch] if unread else [self.read, self.watch])]
        for reader in self.readers:
            reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - self.start, line.rstrip("\n")))

    def watch(self):
        while self.process.returncode is None:
            try:
                with open(f"/proc/{self.process.pid}/status") as status:
                    self.jvm = max([self.jvm] + [int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")])
            except OSError:
                return
            time.sleep(0.02)

    def end(self):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.wall = time.monotonic() - self.start
        self.process.returncode = os.waitstatus_to_exitcode(status)
        for reader in self.readers:
            reader.join()
        self.processor = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss / 1024
        return self

    def text(self):
        return "\n".join(line for _, line in self.lines)

    def well(self):
        self.end()
        if self.process.returncode != 0:
            fail(f"wadah {' '.join(map(str, self.arguments))}: exit status {self.process.returncode}\n{self.text()[-2000:]}")
        return self

    def figures(self):
        return f"{self.wall:6.1f} s, {self.processor:6.1f} s of processor, {self.peak:4.0f} MB at most"


class Bench:
    """A scratch directory with a store; both go at the end, however deep they are."""

    def __init__(self, heap=HEAP):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix=f"wadah-{SCRIPT}.", dir=os.environ.get("TMPDIR", "/var/tmp")))
        self.store = self.scratch / "store"
        options = f"-Xmx{heap} {os.environ.get('WADAH_JAVA_OPTS', '')}"
        self.env = dict(os.environ, WADAH_HOME=str(self.store), WADAH_JAVA_OPTS=options, WADAH_ROBUSTNESS=self.scratch.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["rm", "-rf", self.scratch])

    def start(self, *arguments, stdin=None):
        return Run([str(a) for a in arguments], self.env, stdin)

    def wadah(self, *arguments, stdin=None):
        return self.start(*arguments, stdin=stdin).well()

    def base(self, name="base:1"):
        tar = subprocess.run(["sh", HERE.parent / "quickstart/base"], check=True, stdout=subprocess.PIPE).stdout
        (self.scratch / "base.tar").write_bytes(tar)
        self.wadah("import", self.scratch / "base.tar", name)
        self.trained("version")

    def trained(self, *arguments):
        """The first runs make the class-data archive of a kind of command, in a process that goes on; that is not what is measured."""
        for _ in range(100):
            self.wadah(*arguments)
            if not list(pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")).glob("wadah/*.lock")):
                return
            time.sleep(0.2)

    def context(self, name, dockerfile):
        folder = self.scratch / name
        folder.mkdir(exist_ok=True)
        (folder / "Dockerfile").write_text(dockerfile)
        return folder

    def stored(self):
        """MB on the disk."""
        used = subprocess.run(["du", "-s", "-B1000000", self.store], check=True, stdout=subprocess.PIPE, text=True).stdout
        return int(used.split()[0])

    def verify(self):
        return self.wadah("store", "verify").text().splitlines()[-1]

    def nothing_left(self):
        """Fails if a process, a mount, or something half-written is left."""
        self.nothing_goes_on()
        left = self.half_written()
        if left:
            fail(f"something half-written is left: {left}")

    def nothing_goes_on(self):
        """Fails if a process or a mount is left."""
        for _ in range(20):
            left = self.processes()
            if not left:
                break
            time.sleep(0.1)
        if left:
            fail(f"processes are left: {left}")
        if f"{self.store}/" in pathlib.Path("/proc/mounts").read_text():
            fail("mounts are left")

    def half_written(self):
        rooms = [self.store / room for room in ["work", "blobs/ingest", "layers/staging"]]
        return [str(path.relative_to(self.store)) for room in rooms if room.is_dir() for path in room.iterdir()]

    def processes(self):
        mark = f"WADAH_ROBUSTNESS={self.scratch.name}".encode()
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200])
            except OSError:
                pass
        return found


def interrupt(run):
    """Sends SIGINT; the seconds until the command has ended. Fails if it was not that which ended it."""
    start = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    run.end()
    seconds = time.monotonic() - start
    if run.process.returncode != 128 + signal.SIGINT:
        fail(f"an interrupted command ends with status {run.process.returncode} after {seconds:.1f} s\n{run.text()[-2000:]}")
    return seconds


def free_gigabytes(where):
    return shutil.disk_usage(where).free / 1e9
