/// The page of a report: what is the same in all of them.
enum ReportPage {
    /// The page with its data.
    ///
    /// - Parameter json: The data, as `report.js` reads them.
    static func html(title: String, json: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
        img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
        <title>\(escaped(title))</title>
        <style>
        \(style)
        </style>
        </head>
        <body>
        \(body)
        <script type="application/json" id="data">\(json)</script>
        <script>
        \(script)
        </script>
        </body>
        </html>

        """
    }

    /// A text as HTML.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(scalar)
            }
        }.joined()
    }

    private static let body = #"""
        <header>
          <h1 id="title"></h1>
          <span id="about"></span>
          <button id="theme" title="light or dark">◐</button>
        </header>
        <div id="columns">
          <aside>
            <h2>Runs</h2>
            <div class="buttons"><button id="all">all</button><button id="none">none</button></div>
            <ul id="runs"></ul>
            <h2>Curves</h2>
            <label>smoothing <output id="smoothing-value"></output>
              <input id="smoothing" type="range" min="0" max="0.999" step="0.001"></label>
            <label>across <select id="axis">
              <option value="steps">step</option><option value="times">time</option></select></label>
            <label><input id="outliers" type="checkbox" checked> leave outliers out of sight</label>
            <label><input id="log" type="checkbox"> logarithmic</label>
            <h2>Tags</h2>
            <input id="filter" type="search" placeholder="filter" aria-label="filter of tags">
          </aside>
          <main>
            <nav id="tabs"></nav>
            <section id="scalars"></section>
            <section id="images"></section>
            <section id="hparams"></section>
            <section id="texts"></section>
          </main>
        </div>
        <div id="tip" hidden></div>
        """#

    private static let style = #"""
        :root { --ground: #fff; --card: #fff; --page: #f5f6f8; --ink: #1f2430; --soft: #667085;
          --line: #d9dde4; --accent: #e8710a; color-scheme: light; }
        :root[data-theme=dark] { --ground: #1e2127; --card: #262a31; --page: #16181d; --ink: #e6e8ec;
          --soft: #9aa3b2; --line: #3a404a; color-scheme: dark; }
        * { box-sizing: border-box; }
        body { margin: 0; font: 14px/1.45 system-ui, sans-serif; background: var(--page);
          color: var(--ink); }
        header { display: flex; gap: 1em; align-items: baseline; padding: .6em 1em;
          background: var(--ground); border-bottom: 1px solid var(--line); }
        h1 { font-size: 1.15em; margin: 0; } header button { margin-left: auto; }
        h2 { font-size: .8em; text-transform: uppercase; letter-spacing: .06em; color: var(--soft);
          margin: 1.2em 0 .4em; }
        #about { color: var(--soft); }
        button, select, input[type=search] { font: inherit; color: inherit; background: var(--card);
          border: 1px solid var(--line); border-radius: 5px; padding: .2em .6em; }
        button { cursor: pointer; } .buttons { display: flex; gap: .4em; }
        #columns { display: flex; align-items: flex-start; }
        aside { flex: 0 0 240px; position: sticky; top: 0; padding: 0 1em 1em; max-height: 100vh;
          overflow: auto; }
        aside label { display: block; margin: .4em 0; } aside input[type=range],
        aside input[type=search] { width: 100%; }
        #runs { list-style: none; margin: .5em 0; padding: 0; }
        #runs label { display: flex; gap: .5em; align-items: center; margin: .15em 0;
          overflow-wrap: anywhere; }
        .dot { display: inline-block; flex: 0 0 10px; width: 10px; height: 10px; border-radius: 50%; }
        main { flex: 1; min-width: 0; padding: 0 1em 3em 0; }
        #tabs { display: flex; gap: .3em; padding: .8em 0; }
        #tabs button[aria-selected=true] { background: var(--accent); color: #fff;
          border-color: var(--accent); }
        details { margin-bottom: .8em; } summary { cursor: pointer; padding: .3em 0;
          font-weight: 600; } summary small { color: var(--soft); font-weight: 400; }
        .cards { display: grid; gap: .8em; grid-template-columns: repeat(auto-fill,
          minmax(min(330px, 100%), 1fr)); }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          padding: .7em; min-width: 0; }
        .card.wide { grid-column: 1 / -1; }
        .card h3 { margin: 0 0 .4em; font-size: .95em; font-weight: 600; overflow-wrap: anywhere; }
        .card h3 button { float: right; padding: 0 .4em; font-weight: 400; }
        canvas { width: 100%; height: 220px; display: block; touch-action: pan-y; }
        .wide canvas { height: 420px; }
        .pictures { display: flex; flex-wrap: wrap; gap: .8em; }
        figure { margin: 0; max-width: 100%; } figcaption { color: var(--soft); font-size: .85em;
          display: flex; gap: .4em; align-items: center; }
        figure img { display: block; max-width: 100%; image-rendering: pixelated;
          background: #8882; }
        .slider { display: flex; gap: .6em; align-items: center; margin-bottom: .5em; }
        .slider input { flex: 1; } .slider output { min-width: 7em; color: var(--soft); }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; background: var(--card); }
        th, td { border: 1px solid var(--line); padding: .3em .7em; text-align: left;
          white-space: nowrap; } th { cursor: pointer; } td.number { text-align: right;
          font-variant-numeric: tabular-nums; } .same th, .same td { color: var(--soft); }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
        #tip { position: fixed; z-index: 9; pointer-events: none; background: var(--card);
          border: 1px solid var(--line); border-radius: 6px; padding: .4em .6em; font-size: .85em;
          box-shadow: 0 3px 12px #0003; } #tip td, #tip th { border: 0; padding: 0 .5em; }
        .empty { color: var(--soft); padding: 1em 0; }
        @media (max-width: 700px) { #columns { display: block; } aside { position: static;
          max-height: none; } main { padding: 0 1em 2em; } }
        """#
}

extension ReportPage {
    /// How long a page without data is.
    static var byteCount: Int { html(title: "", json: "").utf8.count }
}
