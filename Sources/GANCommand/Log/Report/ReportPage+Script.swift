extension ReportPage {
    /// What the page does. Charts are drawn when they come into sight.
    ///
    /// Curves are smoothed as TensorBoard does it (`vz_line_chart2`): a running mean whose weights are
    /// put right for its start, without what is not finite, and none where all values are the same.
    static let script = curveScript + pageScript

    private static let curveScript = #"""
        'use strict';
        const data = JSON.parse(document.getElementById('data').textContent);
        const byId = id => document.getElementById(id);
        const element = (name, fields, ...children) => {
          const made = Object.assign(document.createElement(name), fields);
          made.append(...children.filter(child => child != null));
          return made;
        };
        const palette = ['#e8710a', '#1a73e8', '#12b5cb', '#e52592', '#7cb342', '#9334e6', '#f9ab00',
          '#425066', '#d01884', '#0b8043'];
        data.runs.forEach((run, index) => {
          run.color = index < palette.length ? palette[index]
            : `hsl(${(index * 137.5) % 360} 65% 50%)`;
          run.isShown = true;
        });
        const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer;
        const short = number => {
          if (!Number.isFinite(number)) return String(number);
          const size = Math.abs(number);
          if (size !== 0 && (size < 1e-3 || size >= 1e6)) return number.toExponential(3);
          return String(+number.toPrecision(5));
        };
        const duration = seconds => seconds < 90 ? `${short(+seconds.toFixed(1))} s`
          : seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(2)} h`;
        const dot = run => {
          const made = element('span', {className: 'dot'});
          made.style.background = run.color;
          return made;
        };

        // Curves

        for (const chart of data.scalars) {
          for (const curve of chart.curves) {
            curve.steps = new Float64Array(bytes(curve.steps));
            curve.values = new Float32Array(bytes(curve.values));
            curve.times = new Float32Array(bytes(curve.times));
          }
        }

        function smoothed(values, weight) {
          if (weight <= 0) return values;
          let last = 0, count = 0;
          const isConstant = values.every(value => value === values[0]);
          return values.map(value => {
            if (isConstant || !Number.isFinite(value)) return value;
            last = last * weight + (1 - weight) * value;
            count += 1;
            return last / (weight === 1 ? 1 : 1 - Math.pow(weight, count));
          });
        }

        const settings = {smoothing: data.smoothing, axis: 'steps', outliers: true, log: false};
        const charts = [];

        function ticks(from, to, count) {
          const rough = (to - from) / count, power = 10 ** Math.floor(Math.log10(rough));
          const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough) || rough;
          const found = [];
          for (let n = Math.ceil(from / step); n * step <= to + step * 1e-9; n += 1) {
            found.push(n * step);
          }
          return found;
        }

        function range(numbers, cuts) {
          const sorted = numbers.filter(Number.isFinite).sort((a, b) => a - b);
          if (!sorted.length) return [0, 1];
          const at = part => sorted[Math.round(part * (sorted.length - 1))];
          let [low, high] = cuts ? [at(0.05), at(0.95)] : [at(0), at(1)];
          if (low === high) { const room = Math.abs(low) * 0.1 || 1; low -= room; high += room; }
          const room = (high - low) * 0.06;
          return [low - room, high + room];
        }

        function draw(chart) {
          const {canvas, curves} = chart;
          const style = getComputedStyle(document.documentElement);
          const [soft, line] = ['--soft', '--line'].map(name => style.getPropertyValue(name));
          const scale = devicePixelRatio || 1;
          const [width, height] = [canvas.clientWidth, canvas.clientHeight];
          if (!width) return;
          canvas.width = width * scale; canvas.height = height * scale;
          const paint = canvas.getContext('2d');
          paint.scale(scale, scale);
          const map = settings.log ? value => value > 0 ? Math.log10(value) : NaN : value => value;
          const shown = curves.filter(curve => data.runs[curve.run].isShown).map(curve => ({
            curve, x: curve[settings.axis], y: Array.from(curve.values, map),
            s: Array.from(smoothed(Array.from(curve.values), settings.smoothing), map),
          }));
          const all = shown.flatMap(one => one.s.concat(settings.outliers ? [] : one.y));
          const [y0, y1] = range(all, settings.outliers && all.length > 20);
          const xs = shown.flatMap(one => [one.x[0], one.x[one.x.length - 1]]).filter(Number.isFinite);
          let [x0, x1] = xs.length ? [Math.min(...xs), Math.max(...xs)] : [0, 1];
          if (x0 === x1) { x0 -= 1; x1 += 1; }
          const [left, right, top, bottom] = [52, width - 10, 6, height - 22];
          const px = x => left + (x - x0) / (x1 - x0) * (right - left);
          const py = y => bottom - (y - y0) / (y1 - y0) * (bottom - top);
          paint.font = '11px system-ui, sans-serif';
          paint.fillStyle = soft; paint.strokeStyle = line; paint.lineWidth = 1;
          paint.textAlign = 'right'; paint.textBaseline = 'middle';
          for (const tick of ticks(y0, y1, Math.max(2, (bottom - top) / 45))) {
            const y = Math.round(py(tick)) + 0.5;
            paint.beginPath(); paint.moveTo(left, y); paint.lineTo(right, y); paint.stroke();
            paint.fillText(short(settings.log ? 10 ** tick : +tick.toPrecision(6)), left - 5, y);
          }
          paint.textAlign = 'center'; paint.textBaseline = 'top';
          for (const tick of ticks(x0, x1, Math.max(2, (right - left) / 90))) {
            paint.fillText(settings.axis === 'times' ? duration(tick) : short(tick),
              Math.min(px(tick), right - 14), bottom + 6);
          }
          paint.save();
          paint.beginPath(); paint.rect(left, top, right - left, bottom - top); paint.clip();
          const stroke = (one, ys, alpha, thickness) => {
            paint.globalAlpha = alpha; paint.lineWidth = thickness; paint.lineJoin = 'round';
            paint.strokeStyle = data.runs[one.curve.run].color;
            paint.beginPath();
            let isDrawing = false;
            for (let i = 0; i < ys.length; i += 1) {
              if (!Number.isFinite(ys[i])) { isDrawing = false; continue; }
              if (isDrawing) paint.lineTo(px(one.x[i]), py(ys[i]));
              else {
                paint.moveTo(px(one.x[i]), py(ys[i]));
                if (!Number.isFinite(ys[i + 1])) paint.lineTo(px(one.x[i]) + 1.5, py(ys[i]));
              }
              isDrawing = true;
            }
            paint.stroke();
          };
          for (const one of shown) if (settings.smoothing > 0) stroke(one, one.y, 0.25, 1);
          for (const one of shown) stroke(one, one.s, 1, 1.7);
          paint.restore(); paint.globalAlpha = 1;
          if (chart.at != null && shown.length) {
            paint.strokeStyle = soft;
            paint.beginPath(); paint.moveTo(chart.at, top); paint.lineTo(chart.at, bottom);
            paint.stroke();
          }
          chart.pick = position => {
            const x = x0 + (position - left) / (right - left) * (x1 - x0);
            return shown.map(one => {
              let [low, high] = [0, one.x.length - 1];
              while (high - low > 1) {
                const middle = (low + high) >> 1;
                if (one.x[middle] < x) low = middle; else high = middle;
              }
              const index = x - one.x[low] < one.x[high] - x ? low : high;
              return {curve: one.curve, index, value: one.curve.values[index], smooth: one.s[index]};
            });
          };
          chart.isDrawn = true;
        }

        function point(chart, event) {
          const box = chart.canvas.getBoundingClientRect();
          chart.at = event.clientX - box.left;
          draw(chart);
          const rows = chart.pick(chart.at).map(one => element('tr', {},
            element('td', {}, dot(data.runs[one.curve.run])),
            element('td', {textContent: data.runs[one.curve.run].name}),
            element('td', {className: 'number', textContent:
              short(settings.log ? 10 ** one.smooth : one.smooth)}),
            element('td', {className: 'number', textContent: short(one.value)}),
            element('td', {className: 'number', textContent: one.curve.steps[one.index]}),
            element('td', {className: 'number', textContent: duration(one.curve.times[one.index])})));
          const tip = byId('tip');
          tip.replaceChildren(element('table', {}, element('tr', {}, ...['', 'run', 'smoothed', 'value',
            'step', 'time'].map(text => element('th', {textContent: text}))), ...rows));
          tip.hidden = !rows.length;
          tip.style.top = `${Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8)}px`;
          tip.style.left = `${Math.min(event.clientX + 16, innerWidth - tip.offsetWidth - 8)}px`;
        }

        const sight = new IntersectionObserver(entries => {
          for (const entry of entries) {
            const chart = charts.find(one => one.canvas === entry.target);
            if (chart) { chart.isInSight = entry.isIntersecting; if (chart.isInSight) draw(chart); }
          }
        }, {rootMargin: '200px'});

        function redraw() { for (const chart of charts) if (chart.isInSight) draw(chart); }

        function scalarCard(chart) {
          const canvas = element('canvas', {tabIndex: 0});
          canvas.setAttribute('role', 'img');
          canvas.setAttribute('aria-label', `curves of ${chart.tag}`);
          const card = element('div', {className: 'card', title: chart.description || ''});
          const wide = element('button', {textContent: '⤢', title: 'larger', onclick() {
            card.classList.toggle('wide'); draw(chart); }});
          card.append(element('h3', {}, chart.title || chart.tag, wide), canvas);
          chart.canvas = canvas;
          canvas.onpointermove = event => point(chart, event);
          canvas.onpointerleave = () => { chart.at = null; byId('tip').hidden = true; draw(chart); };
          charts.push(chart);
          sight.observe(canvas);
          return card;
        }


        """#
}
