"""What tools/check-clients runs: each program that reads logs on ours and on torch's, and a table of what
it finds. Arguments: the folder with `ours`, to which the others are added, and names of programs;
all if there are none.

Exits with 1 if a program finds less in ours than in torch's (a value is missing or has another size,
or it fails where it does not at torch's), or finds nothing at all."""

import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import read

PATIENCE = 900  # seconds, for a program and all that a writer logged
WRITERS = ["ours", "torch"]

# What ours leaves out for a reason, as (kind, tag):
#   experiment  the first in a log folder hides the hyperparameters of every later run, so TensorBoard is
#               left to collect them from the sessions
LEFT_OUT = {("hparams", "_hparams_/experiment"), ("tensor", "_hparams_/experiment")}

# What is less for a reason, as (client, kind). A film of ours is an animated PNG: its first frame, for
# those that know animated GIFs alone. TensorFlow's decoder makes four dimensions of a GIF, at which
# aim's conversion of a whole log ends.
EXCUSED = {("tbparse", "videos"), ("wandb, Python", "videos")}


class Found:
    """What a program found in one run: how many values of each kind, tag and size, and errors."""

    def __init__(self, answer):
        self.values = collections.Counter(
            {(kind, tag, size): n for kind, tag, size, n in answer["values"]
             if (kind, tag) not in LEFT_OUT})
        self.error, self.errors = answer["error"], answer["errors"]

    def cell(self, kind):
        if kind in self.errors:
            return self.errors[kind][0]
        return str(sum(n for key, n in self.values.items() if key[0] == kind) or "-")

    def kinds(self):
        return {kind for kind, _, _ in self.values} | set(self.errors)


def say(text):
    print("tools/check-clients:", text, file=sys.stderr, flush=True)


def run_client(folder, client, writer):
    """What the program finds in each run, by run."""
    path = os.path.join(folder, f"{client} {writer}.json")
    command = [
        sys.executable, os.path.join(HERE, "read.py"), client, os.path.join(folder, writer), path]
    start = time.monotonic()
    with open(path.replace(".json", ".log"), "w") as log:
        try:
            status = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                timeout=PATIENCE).returncode
        except subprocess.TimeoutExpired:
            status = f"after {PATIENCE} seconds"
    say(f"{client}, {writer}: {time.monotonic() - start:.0f} s")
    if status:
        return failed(os.path.join(folder, writer), f"ended: {status}, see {log.name}")
    with open(path) as file:
        return json.load(file)


def failed(logs, text):
    answer = {"error": ["failed", text], "errors": {}, "values": []}
    return {run: answer for run in os.listdir(logs)}


def rows_of(client, run, ours, theirs):
    """The table's rows, with a mark where ours falls behind."""
    whole = [found.error[0] if found.error else "ok" for found in (ours, theirs)]
    rows = [(client, run, "the log at once", *whole,
             "less" if ours.error and not theirs.error else "")]
    for kind in sorted(ours.kinds() | theirs.kinds()):
        rows.append((client, run, kind, ours.cell(kind), theirs.cell(kind),
                     mark(client, kind, ours, theirs)))
    return rows


def mark(client, kind, ours, theirs):
    if kind in ours.errors and kind not in theirs.errors:
        return "less"
    if not any(key[0] == kind for key in theirs.values - ours.values):
        return ""
    return "excused" if (client, kind) in EXCUSED else "less"


def differences(client, run, ours, theirs):
    """Lines about what only one has, and about errors."""
    place = f"{client}, {run}"
    for sign, more in (("less", theirs.values - ours.values), ("more", ours.values - theirs.values)):
        yield from (f"{place}: {line}" for line in grouped(more, sign))
    for name, found in (("ours", ours), ("torch's", theirs)):
        errors = {"the log at once": found.error} if found.error else {}
        for kind, (word, text) in {**errors, **found.errors}.items():
            yield f"{place}: {name}: {kind}: {word}: {text}"


def grouped(values, sign):
    """A line for all tags of a kind of which there are as many values of one size."""
    groups = collections.defaultdict(list)
    for (kind, tag, size), count in sorted(values.items()):
        groups[kind, size, count].append(tag)
    for (kind, size, count), tags in groups.items():
        rest = f" and {len(tags) - 3} more tags" if len(tags) > 3 else ""
        names = ", ".join(filter(None, tags[:3])) + rest
        yield " ".join(filter(None, [f"{count} {sign}: {kind}", names, size and f"({size})"]))


def print_table(rows):
    head = ("client", "log", "kind", "ours", "torch's", "")
    rows = [head] + rows
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def log_with_torch(folder):
    command = [
        sys.executable, os.path.join(HERE, "log.py"), os.path.join(folder, "torch"),
        os.path.join(folder, "ours", "training")]
    with open(os.path.join(folder, "torch.log"), "w+") as log:
        status = subprocess.run(command, stdout=log, stderr=log).returncode
        log.seek(0)
        text = log.read()
    if status or "Traceback" in text:
        sys.exit(f"{text}tools/check-clients: torch cannot log")


def run_all(folder, clients):
    """What each program finds in each writer's runs, by program and writer, as many at once as there are
    processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {
            (client, writer): pool.submit(run_client, folder, client, writer)
            for client in clients for writer in WRITERS}
    return {
        key: {run: Found(answer) for run, answer in job.result().items()}
        for key, job in jobs.items()}


def report(clients, found):
    """Prints the table; the number of rows that ours falls behind in."""
    rows, lines = [], []
    for client in clients:
        for run, ours in sorted(found[client, "ours"].items()):
            theirs = found[client, "torch"][run]
            rows += rows_of(client, run, ours, theirs)
            lines += differences(client, run, ours, theirs)
    print_table(rows)
    print("\nwhat differs:" if lines else "\nnothing differs")
    for line in lines:
        print(line, flush=True)
    return sum(row[-1] == "less" for row in rows)


def main():
    folder, clients = sys.argv[1], sys.argv[2:] or list(read.CLIENTS)
    if unknown := set(clients) - set(read.CLIENTS):
        sys.exit(f"tools/check-clients: {', '.join(unknown)}: there are {', '.join(read.CLIENTS)}")
    log_with_torch(folder)
    found = run_all(folder, clients)
    behind = report(clients, found)
    idle = [client for client in clients
            if not any(run.values for run in found[client, "torch"].values())]
    if idle:
        say(f"nothing is found in torch's log by {', '.join(idle)}")
    if behind:
        say(f"{behind} rows have less than torch's")
    if idle or behind:
        sys.exit(1)


main()
