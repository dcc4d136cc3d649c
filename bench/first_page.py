"""What the first page of a participant weighs, and when its largest part stands there on a slow phone.

    python bench/first_page.py                  # by each way in, to a study with ten questions
    python bench/first_page.py --runs 9 --json

The ways: a public link, a personal link, the first question clicked in a mail, a tablet at the counter, and personal
links of somebody who reads Arabic, from right to left, and of somebody who reads German, in longer words.

Starts `allears serve` on SQLite in a folder of its own and opens the page with Debian's Chromium, each time with an
empty cache. Bytes are those that the browser counts on the wire (`Network.loadingFinished`: headers and bodies, as
compressed as they came) of everything the page loads: HTML, style sheets, scripts, fonts, pictures. The largest
contentful paint is the browser's own, on what its tools call slow 4G (562.5 ms a request, 1.6 Mbit/s less a tenth) with
a CPU four times slower; what is printed is the median of the runs, and what they were. It fails beyond 25,000 bytes or
1,500 ms by any way; the aim is 10,000 bytes. With `--json` the figures of the public link stand in front of `ways`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.answers import Server
from tests.walks.browsing import launch_arguments

MOST_BYTES, MOST_MS = 25_000, 1_500
PHONE = {"width": 360, "height": 740}
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 1.6e6 * 0.9 / 8, "uploadThroughput": 750e3 * 0.9 / 8}
CPU = 4
PAINTED = """() => new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true});
    setTimeout(() => done(null), 3000);
})"""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "data", 1, options.port, "")
        try:
            ways = json.loads(server.ask_inside("ways").strip().splitlines()[-1])
            with playwright.chromium.launch(**launch_arguments()) as browser:
                host = f"http://127.0.0.1:{server.port}"
                found = {way: measured(browser, host + path, options.runs) for way, path in ways.items()}
        finally:
            server.stop()
    print(json.dumps({**found["public link"], "ways": found}) if options.json else as_text(found))
    if not all(map(is_light, found.values())):
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--port", type=int, default=8077)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def is_light(found: dict[str, Any]) -> bool:
    """Whether a first page keeps to the limits, and takes nothing from elsewhere."""
    return found["bytes"] <= MOST_BYTES and found["lcp_ms"] <= MOST_MS and not found["elsewhere"]


def as_text(found: dict[str, dict[str, Any]]) -> str:
    return "\n".join(f"{way}: {_of_one(figures)}" for way, figures in found.items())


def _of_one(found: dict[str, Any]) -> str:
    parts = "\n".join(f"  {size:>7,} {address}" for address, size in found["parts"].items())
    return (
        f"{found['bytes']:,} bytes in {len(found['parts'])} requests (limit {MOST_BYTES:,}),"
        f" largest contentful paint {found['lcp_ms']:,} ms (limit {MOST_MS:,}), runs {found['lcp_runs_ms']}\n{parts}"
    )


# --- measuring -------------------------------------------------------------------------------------------------


@dataclass
class Wire:
    """What one visit brought over the wire: bytes by address."""

    addresses: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def sent(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]

    def finished(self, event: dict[str, Any]) -> None:
        address = self.addresses.get(event["requestId"], "")
        if address.startswith("http"):
            self.sizes[address] = self.sizes.get(address, 0) + int(event["encodedDataLength"])


def measured(browser: Browser, url: str, runs: int) -> dict[str, Any]:
    """Return what opening `url` costs: bytes in all and by address, and the median paint of `runs` visits in ms."""
    sizes = visited(browser, url).sizes  # at full speed, so that nothing is cut off
    paints = sorted(painted(browser, url) for _ in range(runs))
    host = url.split("/")[2]
    return {
        "bytes": sum(sizes.values()),
        "parts": {address.split("/", 3)[3]: size for address, size in sizes.items()},
        "elsewhere": [address for address in sizes if address.split("/")[2] != host],
        "lcp_ms": round(statistics.median(paints)),
        "lcp_runs_ms": [round(paint) for paint in paints],
    }


def visited(browser: Browser, url: str) -> Wire:
    """Open `url` once with an empty cache, and wait until everything has come."""
    wire = Wire()
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.on("Network.requestWillBeSent", wire.sent)
    tools.on("Network.loadingFinished", wire.finished)
    page.goto(url, wait_until="networkidle")
    context.close()
    return wire


def painted(browser: Browser, url: str) -> float:
    """Open `url` once with an empty cache on a slow phone; return when its largest part stood there, in ms."""
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW_4G)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    page.goto(url, wait_until="load")
    time.sleep(0.5)  # a later paint would still count
    at = page.evaluate(PAINTED)
    context.close()
    if at is None:
        raise SystemExit("the browser told no largest contentful paint")
    return float(at)


if __name__ == "__main__":
    main()
