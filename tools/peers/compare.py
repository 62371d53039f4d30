"""Runs us and the peers in turn, pair by pair, and prints a Markdown table. tools/compare-peers prepares what it needs."""
import argparse, json, os, pty, re, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GAN = os.path.join(ROOT, ".build", "release", "gan")
VARIANTS = {
    "article": {
        "JAX": ("jax", "peer_jax.py", []),
        "PyTorch": ("torch", "peer_torch.py", ["eager"]),
        "PyTorch, compiled": ("torch", "peer_torch.py", ["compile"]),
        "TensorFlow": ("tensorflow", "peer_tensorflow.py", ["plain"]),
        "TensorFlow, graph optimizer": ("tensorflow", "peer_tensorflow.py", ["optimized"]),
    },
    "dcgan": {
        "JAX": ("jax", "dcgan_jax.py", []),
        "PyTorch": ("torch", "dcgan_torch.py", ["eager", "contiguous"]),
        "PyTorch, channels last": ("torch", "dcgan_torch.py", ["eager", "channels_last"]),
        "PyTorch, compiled": ("torch", "dcgan_torch.py", ["compile", "contiguous"]),
        "PyTorch, compiled, channels last": ("torch", "dcgan_torch.py", ["compile", "channels_last"]),
        "TensorFlow": ("tensorflow", "dcgan_tensorflow.py", ["graph"]),
        "TensorFlow, XLA": ("tensorflow", "dcgan_tensorflow.py", ["xla"]),
    },
}
# With AVX2 at most: what we obey, oneDNN and MKL (in PyTorch and TensorFlow), PyTorch's own kernels, and XLA's.
AVX2 = {
    "GANBOARD_INSTRUCTION_SET": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
}

def say(text):
    print("compare-peers:", text, file=sys.stderr, flush=True)


class PeerEnded(Exception):
    """A peer that has ended before it was asked to."""


class Peer:
    """A peer's process, from its start on."""

    def __init__(self, name, options):
        venv, script, extra = options.variants[name]
        python = os.path.join(ROOT, ".build-peers", venv, "bin", "python")
        network = [] if options.network == "article" else [options.network]
        self.command = [python, os.path.join(HERE, script), options.images, str(options.threads)] + network + extra
        self.name = name

    def start(self):
        start = time.perf_counter()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.expect("first")
        return time.perf_counter() - start

    def expect(self, word):
        line = self.process.stdout.readline().split()
        if not line or line[0] != word:
            raise self.ended()
        return int(line[1])

    def ended(self):
        return PeerEnded(f"{self.name} is left out, for it ended early: {' '.join(self.command)}")

    def measure(self, work, batch, seconds):
        """Milliseconds."""
        self.process.stdin.write(f"{work} {batch} {seconds}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise self.ended()
        return float(line)

    def stop(self):
        """The most resident memory, in bytes."""
        self.process.stdin.close()
        memory = self.expect("memory")
        self.process.wait()
        return memory


def bench(options, *arguments, threads=None):
    """The rows of what `gan bench` prints, by table."""
    threads = threads or [options.threads]
    command = [GAN, "bench", "--json", "--quick", "--threads", *map(str, threads), *arguments]
    tables = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {table["name"]: table["rows"] for table in tables}


def our_steps(options, batch):
    rows = bench(options, "--only", "steps", "--batch-size", str(batch))["steps"]
    return {row["step"][0]: row["median ms"] for row in rows}


def our_dcgan(options, threads=None):
    """Milliseconds of D's and G's step, and of both, by the number of threads."""
    result = {}
    for row in bench(options, "--only", "dcgan", threads=threads)["dcgan"]:
        if row["network"] == options.network:
            result.setdefault(row["threads"], {})[row["step"]] = row["median ms"]
    return {count: with_sum(steps) for count, steps in result.items()}


def with_sum(steps):
    return steps | {"D + G": steps["D"] + steps["G"]}


def our_summary(options):
    return bench(options, "--only", "summary")["summary"][0]["median ms"]


def our_start(options):
    """Seconds until `gan train` shows the first step in a terminal: its log and its first checkpoint are written then."""
    terminal, ours = pty.openpty()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = subprocess.Popen(
            [GAN, "train", "--logdir", folder, "--threads", str(options.threads)],
            stdin=subprocess.DEVNULL, stdout=ours, env=os.environ | {"TERM": "xterm"})
        os.close(ours)
        shown = b""
        while b"D step 1" not in shown:
            shown += os.read(terminal, 4096)
        seconds = time.perf_counter() - start
        process.kill()
        process.wait()
    os.close(terminal)
    return seconds


def timed(command):
    """Seconds, most resident memory in bytes, and output."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise PeerEnded(f"This failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output


class Rows:
    """What was measured: for each work and each peer, pairs (ours, theirs)."""

    def __init__(self, options):
        self.pairs = {}
        self.left_out = []
        self.suffix = ", AVX2" if options.avx2 else ""

    def add(self, work, name, ours, theirs):
        work = (work[0] + self.suffix, work[1])
        self.pairs.setdefault(work, {}).setdefault(name, []).append((ours, theirs))

    def print(self):
        print("| work | ours | spread | peer | median | spread | ratio | ratios' range |")
        print("|---|--:|--:|---|--:|--:|--:|--:|")
        for work, peers in self.pairs.items():
            order = sorted(peers, key=lambda name: statistics.median(p[1] for p in peers[name]))
            for place, name in enumerate(order):
                ours, theirs = zip(*peers[name])
                ratios = [their / our for our, their in peers[name]]
                bold = "**" if place == 0 else ""
                print(
                    f"| {work[0]} | {form(ours, work[1])} | {spread(ours)} | {bold}{name}{bold} | {form(theirs, work[1])} "
                    f"| {spread(theirs)} | {bold}{statistics.median(ratios):.1f} ×{bold} "
                    f"| {min(ratios):.1f} – {max(ratios):.1f} |")
        for reason in self.left_out:
            print(f"\n{reason}")


def of_each_peer(options, rows, measure):
    """Measures each peer in turn alone, so that no two of them share the machine's memory; leaves out those that fail."""
    for name in list(options.variants):
        try:
            measure(name)
        except PeerEnded as reason:
            say(reason)
            rows.left_out.append(reason)
            del options.variants[name]


def form(values, unit):
    return f"{statistics.median(values):.3g} {unit}"


def spread(values):
    """Half the distance of the quartiles, as a share of the median."""
    if len(values) < 2:
        return ""
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return f"± {(third - first) / 2 / statistics.median(values) * 100:.0f} %"


def compare(options):
    rows = Rows(options)
    for _ in range(1 if options.quick else 3):
        of_each_peer(options, rows, lambda name: compare_starts(options, rows, name))
    for batch in (10, 128):
        of_each_peer(options, rows, lambda name: compare_steps(options, rows, name, batch))
    of_each_peer(options, rows, lambda name: compare_loops(options, rows) if name == "TensorFlow" else None)
    rows.print()


def compare_starts(options, rows, name):
    say(f"start of {name}")
    peer = Peer(name, options)
    ours = our_start(options)
    theirs = peer.start()
    rows.add(("start of the command to the first step, with log and first checkpoint", "s"), name, ours, theirs)
    peer.stop()


def compare_steps(options, rows, name, batch):
    peer = Peer(name, options)
    peer.start()
    for work in "DG":
        peer.measure(work, batch, 0.1)
    for turn in range(options.rounds):
        say(f"{name}, batch {batch}, pair {turn + 1} of {options.rounds}")
        ours = our_steps(options, batch)
        for work in "DG":
            theirs = peer.measure(work, batch, 0.4 if options.quick else 1)
            rows.add((f"{work} step + loss, batch {batch}", "ms"), name, ours[work], theirs)
    if batch == 10 and options.variants[name][0] == "tensorflow":
        for _ in range(options.rounds):
            ours = our_summary(options)
            theirs = peer.measure("summary", 10, 0.4 if options.quick else 1)
            rows.add(("one summary fetch written to the log", "ms"), name, ours, theirs)
    peer.stop()


def compare_dcgan(options):
    rows, batch = Rows(options), 64
    of_each_peer(options, rows, lambda name: compare_dcgan_steps(options, rows, name, batch))
    if options.threads > 1:
        for turn in range(options.rounds):
            say(f"{options.threads} threads beside one, pair {turn + 1} of {options.rounds}")
            ours = our_dcgan(options, [1, options.threads])
            work = f"D + G step with its loss, {options.network}, batch {batch}, {options.threads} threads"
            rows.add((work, "ms"), "ours, one thread", ours[options.threads]["D + G"], ours[1]["D + G"])
    rows.print()


def compare_dcgan_steps(options, rows, name, batch):
    say(f"start of {name}")
    peer = Peer(name, options)
    peer.start()
    for work in "DG":
        peer.measure(work, batch, 0.1)
    for turn in range(options.rounds):
        say(f"{name}, pair {turn + 1} of {options.rounds}")
        ours = our_dcgan(options)[options.threads]
        theirs = with_sum({work: peer.measure(work, batch, 0.4 if options.quick else 1) for work in "DG"})
        for work in theirs:
            rows.add((f"{work} step with its loss, {options.network}, batch {batch}", "ms"), name, ours[work], theirs[work])
    peer.stop()


def steps_of(run):
    """The steps of both networks that a run of ours has taken."""
    tensors = subprocess.run([GAN, "checkpoint", "list", run], capture_output=True, text=True, check=True).stdout
    return sum(int(line.split()[-1]) for line in tensors.splitlines() if re.match(r"(discriminator|generator)_train_time ", line))


def compare_loops(options, rows):
    # A pass has as many steps as the losses ask for, and whoever learns sooner takes fewer.
    work = (f"a step of the article's loop, {options.passes} passes with start and end", "ms")
    for turn in range(1 if options.quick else 3):
        folder = tempfile.mkdtemp(prefix="compare-peers")
        say(f"the article's loop, pair {turn + 1}")
        try:
            run = os.path.join(folder, "ours")
            train = [GAN, "train", "--train-times", str(options.passes), "--threads", str(options.threads)]
            train += ["--logdir", run, "--run", ".", "--no-progress", "--seed", str(turn)]
            ours, our_memory, _ = timed(train + (["--data", options.data] if options.data else []))
            our_steps = steps_of(run)
            peer = Peer("TensorFlow", options)
            theirs, their_memory, output = timed(peer.command + [os.path.join(folder, "theirs"), str(options.passes)])
            their_steps = int(output.split()[1])
        finally:
            shutil.rmtree(folder)
        say(f"ours: {our_steps} steps in {ours:.1f} s; TensorFlow: {their_steps} steps in {theirs:.1f} s")
        rows.add(work, "TensorFlow", 1e3 * ours / our_steps, 1e3 * theirs / their_steps)
        rows.add(("most resident memory in it", "MB"), "TensorFlow", our_memory / 1e6, their_memory / 1e6)


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {os.cpu_count()} cores"


def main():
    parser = argparse.ArgumentParser(prog="tools/compare-peers", description=__doc__)
    parser.add_argument("--network", choices=["article", "dcgan", "dcgan-wide"], default="article", help="which network")
    parser.add_argument("--avx2", action="store_true", help="nobody uses more than AVX2")
    parser.add_argument("--quick", action="store_true", help="two pairs of each, for a rough answer")
    parser.add_argument("--rounds", type=int, help="pairs of each step (default: 7, 2 with --quick)")
    parser.add_argument("--passes", type=int, help="passes of the article's loop (default: 50, 5 with --quick)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of everybody (default: one per core)")
    parser.add_argument("--data", help="a folder with MNIST's files (default: the images that are built in)")
    parser.add_argument("--peers", default="jax,torch,tensorflow", help="which (default: %(default)s)")
    options = parser.parse_args()
    variants = VARIANTS["article" if options.network == "article" else "dcgan"]
    options.peers = options.peers.split(",")
    options.variants = {name: variant for name, variant in variants.items() if variant[0] in options.peers}
    options.rounds = options.rounds or (2 if options.quick else 7)
    options.passes = options.passes or (5 if options.quick else 50)
    options.images = os.path.join(ROOT, "Sources", "CMNISTSample", "mnist-6000.idx3.gz")
    if options.data:
        files = [os.path.join(options.data, "train-images-idx3-ubyte" + end) for end in ("", ".gz")]
        options.images = next((file for file in files if os.path.exists(file)), files[0])
    limit = ", with AVX2 at most" if options.avx2 else ""
    print(f"{machine()}{limit}; {options.threads} threads; medians of {options.rounds} pairs, each taken in turn.\n", flush=True)
    if options.avx2:
        os.environ |= AVX2
    compare(options) if options.network == "article" else compare_dcgan(options)


main()
