extension ReportPage {
    /// Images, tables, and what switches them.
    static let pageScript = #"""
        // Images

        const pictureCards = [];
        function imageCard(group) {
          const steps = [...new Set(group.series.flatMap(one => one.steps))].sort((a, b) => a - b);
          const slider = element('input', {type: 'range', min: 0, max: steps.length - 1, step: 1,
            value: steps.length - 1});
          slider.setAttribute('aria-label', `step of ${group.tag}`);
          const output = element('output', {});
          const figures = group.series.map(one => {
            const image = element('img', {alt: `${group.tag} of ${data.runs[one.run].name}`});
            image.onload = () => {
              const large = image.naturalWidth, isSmall = large <= 64;
              card.classList.toggle('wide', !isSmall);
              image.style.width = `${large * Math.max(1, Math.floor((isSmall ? 140 : 420) / large))}px`;
            };
            const caption = element('span', {});
            return {one, image, caption, figure: element('figure', {}, image,
              element('figcaption', {}, dot(data.runs[one.run]), data.runs[one.run].name, caption))};
          });
          const show = () => {
            const step = steps[slider.value];
            output.textContent = `step ${step}`;
            for (const {one, image, caption, figure} of figures) {
              let index = 0;
              while (index + 1 < one.steps.length && one.steps[index + 1] <= step) index += 1;
              figure.hidden = !data.runs[one.run].isShown;
              if (figure.hidden || !card.isInSight) continue;
              const source = `data:${one.types[index]};base64,${one.files[index]}`;
              if (image.src !== source) image.src = source;
              caption.textContent = `· step ${one.steps[index]}`;
            }
          };
          slider.oninput = show;
          const card = element('div', {className: 'card wide', title: group.description || ''},
            element('h3', {textContent: group.title || group.tag}),
            steps.length > 1 ? element('div', {className: 'slider'}, slider, output) : null,
            element('div', {className: 'pictures'}, ...figures.map(one => one.figure)));
          card.show = show;
          pictureCards.push(card);
          new IntersectionObserver(entries => {
            card.isInSight = entries[entries.length - 1].isIntersecting;
            if (card.isInSight) show();
          }, {rootMargin: '200px'}).observe(card);
          return card;
        }

        // Tags in groups, by what stands before the first slash

        function groups(section, items, card) {
          const found = new Map();
          for (const item of items) {
            const name = item.tag.includes('/') ? item.tag.slice(0, item.tag.indexOf('/')) : 'without a group';
            if (!found.has(name)) found.set(name, []);
            found.get(name).push(item);
          }
          for (const [name, list] of found) {
            const cards = list.map(item => {
              const made = card(item);
              made.dataset.tag = item.tag.toLowerCase();
              return made;
            });
            section.append(element('details', {open: true},
              element('summary', {}, name, ' ', element('small', {textContent: list.length})),
              element('div', {className: 'cards'}, ...cards)));
          }
        }

        function filter() {
          const words = byId('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
          for (const card of document.querySelectorAll('[data-tag]')) {
            card.hidden = !words.every(word => card.dataset.tag.includes(word));
          }
          for (const group of document.querySelectorAll('details')) {
            group.hidden = !group.querySelector('[data-tag]:not([hidden])');
          }
        }

        // Hyperparameters, and the last values of curves

        function hparamTable() {
          const names = [...new Set(data.runs.flatMap(run => run.hparams.map(one => one[0])))];
          const value = (run, name) => {
            const found = run.hparams.find(one => one[0] === name);
            return found ? found[1] : null;
          };
          const differs = name => new Set(data.runs.map(run => JSON.stringify(value(run, name)))).size > 1;
          const columns = [
            ['run', run => run.name], ['status', run => run.status],
            ['time', run => run.seconds], ...names.filter(differs).map(name =>
              [name, run => value(run, name)]),
            ...data.scalars.filter(chart => chart.tag.length < 60).slice(0, 12).map(chart =>
              [chart.title || chart.tag, run => {
                const curve = chart.curves.find(one => data.runs[one.run] === run);
                return curve ? curve.last : null;
              }]),
          ];
          const order = {column: -1, isUp: true};
          const text = (content, title) => content == null ? '' : title === 'time' ? duration(content)
            : typeof content === 'number' ? short(content) : String(content);
          const table = element('table', {});
          const fill = () => {
            const runs = data.runs.filter(run => run.isShown);
            if (order.column >= 0) {
              const get = columns[order.column][1];
              runs.sort((a, b) => {
                const [x, y] = [get(a), get(b)];
                const sign = x == null ? 1 : y == null ? -1 : x < y ? -1 : x > y ? 1 : 0;
                return order.isUp ? sign : -sign;
              });
            }
            table.replaceChildren(element('tr', {}, ...columns.map(([title], index) => element('th', {
              textContent: title + (order.column === index ? order.isUp ? ' ↑' : ' ↓' : ''),
              onclick() {
                order.isUp = order.column === index ? !order.isUp : true;
                order.column = index; fill();
              }}))),
              ...runs.map(run => element('tr', {}, ...columns.map(([title, get], index) => {
                const content = get(run);
                return element('td', {className: typeof content === 'number' ? 'number' : ''},
                  index === 0 ? dot(run) : null, index === 0 ? ' ' : null, text(content, title));
              }))));
          };
          const same = names.filter(name => !differs(name));
          byId('hparams').append(element('h2', {textContent: 'Runs, what differs, and last values'}),
            element('div', {className: 'scroll'}, table));
          if (same.length) {
            byId('hparams').append(element('h2', {textContent: 'The same in all'}),
              element('div', {className: 'scroll'}, element('table', {className: 'same'},
                ...same.map(name => element('tr', {}, element('th', {textContent: name}),
                  element('td', {textContent: text(value(data.runs[0], name))}))))));
          }
          fill();
          return fill;
        }

        // The page

        byId('title').textContent = data.title;
        byId('about').textContent = data.about;
        groups(byId('scalars'), data.scalars, scalarCard);
        groups(byId('images'), data.images, imageCard);
        groups(byId('texts'), data.texts, text => element('div', {className: 'card wide'},
          element('h3', {}, dot(data.runs[text.run]), ` ${data.runs[text.run].name}: ${text.tag}, step ${text.step}`),
          element('pre', {textContent: text.text})));
        const fillTable = hparamTable();

        const tabs = [['scalars', 'Curves', data.scalars.length], ['images', 'Images', data.images.length],
          ['hparams', 'Hyperparameters', data.runs.length], ['texts', 'Texts', data.texts.length]];
        function show(name) {
          for (const [id] of tabs) byId(id).hidden = id !== name;
          for (const tab of byId('tabs').children) {
            tab.setAttribute('aria-selected', tab.dataset.name === name);
          }
          history.replaceState(null, '', `#tab=${name}`);
          redraw();
        }
        for (const [id, title, count] of tabs) {
          if (!count) continue;
          const tab = element('button', {textContent: title, onclick: () => show(id)});
          tab.dataset.name = id;
          byId('tabs').append(tab);
        }

        const boxes = data.runs.map(run => {
          const box = element('input', {type: 'checkbox', checked: true,
            onchange() { run.isShown = box.checked; update(); }});
          byId('runs').append(element('li', {}, element('label', {title: 'double click: only this one',
            ondblclick(event) { event.preventDefault(); pick(one => one === run); }},
            box, dot(run), run.name)));
          return box;
        });
        function update() {
          redraw(); fillTable();
          for (const card of pictureCards) card.show();
        }
        function pick(isShown) {
          data.runs.forEach((run, index) => { run.isShown = boxes[index].checked = isShown(run); });
          update();
        }
        byId('all').onclick = () => pick(() => true);
        byId('none').onclick = () => pick(() => false);

        const setSmoothing = () => {
          settings.smoothing = +byId('smoothing').value;
          byId('smoothing-value').textContent = settings.smoothing.toFixed(2);
          redraw();
        };
        byId('smoothing').value = data.smoothing;
        byId('smoothing').oninput = setSmoothing;
        byId('axis').onchange = event => { settings.axis = event.target.value; redraw(); };
        byId('outliers').onchange = event => { settings.outliers = event.target.checked; redraw(); };
        byId('log').onchange = event => { settings.log = event.target.checked; redraw(); };
        byId('filter').oninput = filter;
        byId('theme').onclick = () => {
          const root = document.documentElement;
          root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
          redraw();
        };
        document.documentElement.dataset.theme =
          matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
        addEventListener('resize', redraw);
        setSmoothing();
        const names = tabs.filter(tab => tab[2]).map(tab => tab[0]);
        const asked = location.hash.replace('#tab=', '');
        show(names.includes(asked) ? asked : names[0]);
        document.documentElement.dataset.ready = 'true';
        """#
}
