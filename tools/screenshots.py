"""What tools/screenshots runs: drives Chromium by its DevTools protocol, since TensorBoard's pages
are done only some seconds after they are loaded."""

import base64
import contextlib
import io
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import PIL.Image
import websocket

PATIENCE = 90  # seconds, for anything

# Finds elements also within shadow roots, which TensorBoard's older pages are made of.
DEEP = """
    globalThis.deep = (selector, root = document) => {
        const found = [...root.querySelectorAll(selector)];
        for (const element of root.querySelectorAll('*'))
            if (element.shadowRoot) found.push(...deep(selector, element.shadowRoot));
        return found;
    };
"""

# TensorBoard keeps its settings here; the pane with settings is closed, for the sake of the charts.
SETTINGS = """
    localStorage.setItem('_tb_global_settings', JSON.stringify({
        timeSeriesSettingsPaneOpened: false, sideBarWidthInPercent: 15,
        stepSelectorEnabled: false, timeSeriesCardMinWidth: 500,
        scalarSmoothing: 0, themeOverride: 'LIGHT', notificationLastReadTimeInMs: Date.now()}));
"""


# Chooses a run and its first step that was profiled, and colours the graph by what its nodes took.
COMPUTE_TIME = """
    const controls = deep('tf-graph-controls')[0];
    const run = controls.datasets.findIndex(run => run.name === %s);
    controls.set('_selectedRunIndex', run);
    controls.set('_selectedTagIndex', controls.datasets[run].tags.findIndex(tag => tag.profile));
    const waiting = setInterval(() => {
        if (!controls.stats) return;
        clearInterval(waiting);
        controls.set('colorBy', 'compute_time');
    }, 100);
"""


class Page:
    """A page of TensorBoard: where it is, how large, and when it is complete."""

    def __init__(self, name, address, size, is_complete, prepare="true"):
        self.name = name
        self.address = address
        self.size = size
        self.is_complete = is_complete
        self.prepare = prepare


def training_pages(runs, profiled):
    """What a log of the article's training has to show."""
    quoted = urllib.parse.quote
    wanted = quoted("^(D_loss|G_loss|G_z_film)")
    return [
        Page(
            "timeseries", f"?tagFilter={wanted}&smoothing=0#timeseries", (1400, 1170),
            # Cards are loaded as they come into sight: two of them, however many runs there are.
            f"deep('image-card img').length >= {min(len(runs), 2)}"
            " && deep('line-chart').length >= 3"),
        Page(
            "images", "#images&tagFilter=" + quoted("G_z_grid|image/[01]$"), (1400, 900),
            "deep('#main-image-container img').length >= 2"),
        Page(
            "histograms", "#histograms", (1400, 900),
            "deep('tf-histogram-loader').length >= 4 && deep('vz-histogram-timeseries').length >= 4"),
        Page(
            "custom-scalars", "#custom_scalars", (1400, 700),
            "deep('tf-custom-scalar-multi-line-chart-card').length >= 2"),
        # Wide enough for the losses.
        Page("hparams", "#hparams", (2400, 800), "deep('tf-hparams-table-view').length >= 1"),
        Page(
            "graphs", "#graphs&run=" + quoted(runs[0], safe=""), (1400, 900),
            "deep('g.node').length > 10"),
    ] + [
        Page(
            "compute-time", "#graphs&run=" + quoted(run, safe=""), (1400, 900),
            "deep('g.node').length > 10", COMPUTE_TIME % json.dumps(run))
        for run in profiled[:1]
    ]


def quality_pages(runs):
    """What a log of recipes that are judged has to show."""
    quoted = urllib.parse.quote
    return [
        Page(
            "quality",
            "?tagFilter=" + quoted("^(quality/(frechet_distance|coverage)$|samples/by_digit|G_z_grid)")
            + "&smoothing=0#timeseries", (1400, 1170),
            f"deep('image-card img').length >= {min(len(runs), 2)}"
            " && deep('line-chart').length >= 2"),
        Page(
            "samples", "#images&tagFilter=" + quoted("samples/"), (1400, 1400),
            "deep('#main-image-container img').length >= 3"),
        Page(
            "quality-charts", "#custom_scalars", (1400, 900),
            "deep('tf-custom-scalar-multi-line-chart-card').length >= 2"),
        Page("quality-cards", "#text", (1400, 900), "deep('tf-text-loader').length >= 1"),
    ]


def tab_pages(runs):
    """Each tab that a log of any program may have."""
    quoted = urllib.parse.quote
    click_tab = "deep('{}').filter(e => /{}/i.test(e.innerText)).forEach(e => e.click())"
    return [
        Page(
            "tab-timeseries", "?smoothing=0#timeseries", (1400, 1100),
            "deep('line-chart').length >= 1"),
        Page(
            "tab-scalars", "#scalars", (1400, 900), "deep('tf-scalar-card').length >= 1",
            "deep('paper-icon-button').find(e => e.icon === 'info')?.click()"),
        Page(
            "tab-images", "#images", (1400, 1000),
            "deep('#main-image-container img').length >= 2"),
        Page(
            "tab-histograms", "#histograms", (1400, 700),
            "deep('vz-histogram-timeseries').length >= 1"),
        Page(
            "tab-distributions", "#distributions", (1400, 700),
            "deep('vz-distribution-chart').length >= 1"),
        Page("tab-text", "#text", (1400, 700), "deep('tf-text-loader').length >= 1"),
        Page("tab-audio", "#audio", (1400, 700), "deep('audio').length >= 1"),
        Page("tab-pr-curves", "#pr_curves", (1400, 800), "deep('tf-pr-curve-card').length >= 1"),
        Page("tab-mesh", "#mesh", (1400, 1400), "deep('tf-mesh-loader').length >= 1"),
        Page(
            "tab-hparams", "#hparams", (2100, 800),
            "deep('tf-hparams-table-view').length >= 1"),
        Page(
            "tab-hparams-parallel", "#hparams", (1400, 800),
            "deep('tf-hparams-table-view').length >= 1",
            click_tab.format("paper-tab", "parallel")),
        Page(
            "tab-custom-scalars", "#custom_scalars", (1400, 900),
            "deep('tf-custom-scalar-multi-line-chart-card').length >= 1"),
        Page("tab-projector", "#projector", (1400, 900), "deep('iframe').length >= 1"),
        Page(
            "tab-graph-times", "#graphs&run=" + quoted(runs[0], safe=""), (1400, 900),
            "deep('g.node').length >= 1", COLOR_BY_TIME),
    ]


# Chooses the first step with run metadata, then the colours of compute time.
COLOR_BY_TIME = """
    (async () => {
        const pause = () => new Promise(resolve => setTimeout(resolve, 1500));
        const pick = (selector, pattern) => deep(selector)
            .filter(e => pattern.test(e.innerText)).forEach(e => e.click());
        pick('paper-item', /^step/i); await pause();
        pick('paper-radio-button', /compute time/i);
    })()
"""


class Browser:
    """A Chromium without a window, with one page."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--no-first-run", "--remote-debugging-port=0", f"--user-data-dir={folder}",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.numbers = itertools.count(1)
        self.socket = None
        port_file = pathlib.Path(folder, "DevToolsActivePort")
        wait_until("Chromium to start", lambda: port_file.exists() and "\n" in port_file.read_text())
        port = port_file.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            targets = json.load(answer)
        page = next(target for target in targets if target["type"] == "page")
        self.socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], timeout=PATIENCE, suppress_origin=True)

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        self.process.wait()

    def call(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    sys.exit(f"tools/screenshots: {method}: {message['error']['message']}")
                return message["result"]

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def picture(self, address, page):
        width, height = page.size
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        # A change of the part after # alone would load nothing anew.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address + page.address)
        wait_until(f"the page {page.name}", lambda: self.evaluate(page.is_complete))
        self.evaluate(page.prepare)
        time.sleep(5)  # animations
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextlib.contextmanager
def tensorboard(logdir, folder):
    """A TensorBoard on a free port of the loopback; its address."""
    output = pathlib.Path(folder, "output")
    with output.open("w") as stream:
        program = pathlib.Path(sys.executable).parent / "tensorboard"
        process = subprocess.Popen(
            [program, "--logdir", logdir, "--host", "127.0.0.1", "--port", "0"],
            stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
    try:
        def address():
            return re.search(r"http://127\.0\.0\.1:\d+/", output.read_text())
        wait_until("TensorBoard to start", address)
        yield address().group()
    finally:
        process.terminate()
        process.wait()


def answer(address, path):
    with urllib.request.urlopen(address + path) as response:
        return json.load(response)


def runs_of(address):
    """The names of the runs, once they are loaded: when two looks find the same."""
    looks = [None]

    def same_twice():
        looks.append(answer(address, "data/runs"))
        return looks[-1] and looks[-1] == looks[-2]

    wait_until("TensorBoard to read the log", same_twice, pause=2)
    return looks[-1]


def profiled_runs(address):
    """Those of which a step's times are logged."""
    runs = answer(address, "data/plugin/graphs/info")
    return sorted(run for run in runs if any(tag["profile"] for tag in runs[run]["tags"].values()))


def judged_runs(address):
    """Those whose samples were judged while they were trained."""
    runs = answer(address, "data/plugin/scalars/tags")
    return sorted(run for run in runs if "quality/frechet_distance" in runs[run])


def wait_until(what, is_so, pause=0.2):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            sys.exit(f"tools/screenshots: waited {PATIENCE} seconds in vain for {what}")
        time.sleep(pause)


def main():
    tabs = sys.argv[1] == "--tabs"
    logdir, outdir = sys.argv[-2], pathlib.Path(sys.argv[-1])
    outdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with tensorboard(logdir, folder) as address:
            runs = runs_of(address)
            judged = judged_runs(address)
            if tabs:
                pages = tab_pages(runs)
            elif judged:
                pages = quality_pages(judged)
            else:
                pages = training_pages(runs, profiled_runs(address))
            browser = Browser(folder)
            try:
                browser.call("Page.enable")
                for script in (DEEP, f"if (location.protocol === 'http:') {{ {SETTINGS} }}"):
                    browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)
                for page in pages:
                    path = outdir / f"{page.name}.png"
                    picture = PIL.Image.open(io.BytesIO(browser.picture(address, page)))
                    # A palette makes the file a third as large.
                    picture.convert("RGB").quantize(256, dither=PIL.Image.Dither.NONE).save(
                        path, optimize=True)
                    print(path)
            finally:
                browser.close()


main()
