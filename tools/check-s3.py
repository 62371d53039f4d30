"""What tools/check-s3 does: trains with a log on a server with S3's interface, which stops for a time."""

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3

MODE = sys.argv[1]
GAN, GAN_S3 = os.environ["GAN"], os.environ["GAN_S3"]
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """moto's server; stopped and continued by signals, so that it keeps what it has."""

    def __init__(self, **environment):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from moto.server import main; main()", "-p", str(self.port)],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.address}/moto-api/", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        self.client = boto3.client(
            "s3", endpoint_url=self.address, aws_access_key_id="key",
            aws_secret_access_key="secret", region_name="us-east-1",
        )

    def environment(self, **more):
        return {**os.environ, **KEYS, "AWS_ENDPOINT_URL": self.address,
                "S3_ENDPOINT": self.address, **more}

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.go_on()
        self.process.kill()

    def objects(self, bucket):
        found = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", []):
                body = self.client.get_object(Bucket=bucket, Key=entry["Key"])["Body"]
                found[entry["Key"]] = body.read()
        return found


def local_files(folder):
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            if "tfevents" in name:
                whole = os.path.join(path, name)
                with open(whole, "rb") as file:
                    found[os.path.relpath(whole, folder)] = file.read()
    return found


def expect(condition, words):
    print(("ok   " if condition else "FAIL ") + words, flush=True)
    if not condition:
        sys.exit(1)


def gan(arguments, environment, folder):
    return subprocess.run([GAN, *arguments], env=environment, cwd=folder,
                          capture_output=True, text=True)


def train(passes, server, folder):
    """Trains; stops the server for 20 seconds on the way."""
    process = subprocess.Popen(
        [GAN, "train", "--logdir", "s3://logs/mine", "--run", "first", "--train-times",
         str(passes), "--no-progress"],
        env=server.environment(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    before = 0
    while not before and process.poll() is None:
        time.sleep(1)
        before = len(server.objects("logs"))
    server.stop()
    time.sleep(20)
    server.go_on()
    errors = process.communicate()[1]
    expect(process.returncode == 0, f"a run of {passes} passes, the server stopped for 20 seconds")
    expect(before > 0, f"{before} files were there before it stopped")
    stored = {name[len("mine/"):]: body for name, body in server.objects("logs").items()}
    local = local_files(f"{folder}/log-s3/logs/mine")
    expect(stored == local and local,
           f"all {len(local)} files are there, {sum(map(len, local.values()))} bytes")
    for line in errors.strip().splitlines():
        print("     it said: " + line)


def read_by_tensorboard(server, passes):
    port = free_port()
    board = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", "s3://logs/mine", "--host",
         "127.0.0.1", "--port", str(port), "--load_fast=false"],
        env=server.environment(AWS_DEFAULT_REGION="us-east-1"), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        answer = ""
        for _ in range(120):
            try:
                url = f"http://127.0.0.1:{port}/data/plugin/scalars/scalars?run=first&tag=generator_loss"
                answer = urllib.request.urlopen(url, timeout=5).read().decode()
                if answer.count("[") - 1 >= min(passes, 1000):
                    break
            except OSError:
                pass
            time.sleep(1)
        count = answer.count("[") - 1
        expect(count >= min(passes, 1000), f"TensorBoard shows {count} points of it there")
    finally:
        board.kill()


def one_line(outcome, words):
    lines = outcome.stderr.strip().splitlines()
    expect(outcome.returncode != 0 and any(words in line for line in lines), f"{words}: {lines[0]}")


def bad_input(server, folder):
    arguments = ["train", "--run", "x", "--train-times", "1", "--logdir"]
    one_line(gan([*arguments, "s3://nowhere/x"], server.environment(), folder),
             "there is no such bucket")
    gone = server.environment(AWS_ENDPOINT_URL="http://127.0.0.1:9")
    one_line(gan([*arguments, "s3://logs/x"], gone, folder), "cannot be reached")
    none = {name: value for name, value in server.environment().items() if name not in KEYS}
    none["HOME"] = folder
    one_line(gan([*arguments, "s3://logs/x"], none, folder), "set AWS_ACCESS_KEY_ID")
    # A server that looks at keys from its first request on.
    strict = Server(INITIAL_NO_AUTH_ACTION_COUNT="0")
    try:
        one_line(gan([*arguments, "s3://logs/x"], strict.environment(), folder),
                 "see AWS_ACCESS_KEY_ID")
    finally:
        strict.end()


def keys_are_checked(folder):
    """A server that checks signatures takes ours, and refuses those of a wrong key."""
    strict = Server(INITIAL_NO_AUTH_ACTION_COUNT="4")
    try:
        iam = boto3.client("iam", endpoint_url=strict.address, aws_access_key_id="a",
                           aws_secret_access_key="b", region_name="us-east-1")
        strict.client.create_bucket(Bucket="logs")
        iam.create_user(UserName="me")
        iam.put_user_policy(
            UserName="me", PolicyName="all", PolicyDocument=
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
        key = iam.create_access_key(UserName="me")["AccessKey"]
        right = strict.environment(AWS_ACCESS_KEY_ID=key["AccessKeyId"],
                                   AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])
        log = f"{folder}/log-s3/logs/mine"
        outcome = subprocess.run([GAN_S3, log, "s3://logs/a b+c/ü"], env=right,
                                 capture_output=True, text=True)
        expect(outcome.returncode == 0, f"signatures are right: {outcome.stdout.strip()}{outcome.stderr}")
        wrong = {**right, "AWS_SECRET_ACCESS_KEY": "wrong"}
        outcome = subprocess.run([GAN_S3, log, "s3://logs/x"], env=wrong,
                                 capture_output=True, text=True)
        one_line(outcome, "see AWS_SECRET_ACCESS_KEY")
    finally:
        strict.end()


def timing(server, folder):
    """Training with the log on the server beside training with it on the disk, in turns."""
    ratios = []
    for pair in range(5):
        seconds = []
        for address in ["log", f"s3://logs/t{pair}"]:
            outcome = gan(["train", "--logdir", address, "--run", f"r{pair}", "--train-times", "300",
                           "--no-progress"], server.environment(), folder)
            words = re.search(r"passes in (?:(\d+) min )?([\d.]+) s", outcome.stdout)
            seconds.append(60 * int(words[1] or 0) + float(words[2]))
        ratios.append(seconds[1] / seconds[0])
        print(f"disk {seconds[0]:.1f} s, server {seconds[1]:.1f} s", flush=True)
    print(f"training takes {100 * (statistics.median(ratios) - 1):+.1f} % longer, median of {len(ratios)}")


def main():
    folder = tempfile.mkdtemp()
    server = Server()
    try:
        server.client.create_bucket(Bucket="logs")
        if MODE == "time":
            timing(server, folder)
            return
        train(int(MODE), server, folder)
        read_by_tensorboard(server, int(MODE))
        bad_input(server, folder)
        keys_are_checked(folder)
    finally:
        server.end()
        shutil.rmtree(folder)


main()
