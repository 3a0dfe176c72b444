//! Texts on drawings: how wide they are, how they are shortened, and where they go so that none covers another.

/// Roughly how wide a text is in pixels, in Inter. Wide enough to be safe: a label that fits here fits on screen.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let em: f64 =
        text.chars()
            .map(|c| match c {
                'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | ' '
                | '\u{a0}' => 0.31,
                'f' | 'r' | 't' | '(' | ')' | '-' => 0.42,
                'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' => 0.92,
                'A'..='Z' | '0'..='9' | '€' | '£' => 0.68,
                c if c as u32 >= 0x1100 => 1.05,
                _ => 0.59,
            })
            .sum();
    em * size
}

/// The text, shortened with an ellipsis where it is wider than the room.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if width(&short, size) + size * 0.9 > room {
            short.pop();
            break;
        }
    }
    format!("{}…", short.trim_end())
}

/// Moves sorted heights apart to at least `gap`, within 0 and `area`, as little as needed.
pub(super) fn spread(sorted: &[f64], gap: f64, area: f64) -> Vec<f64> {
    let mut ys = sorted.to_vec();
    for i in 1..ys.len() {
        ys[i] = ys[i].max(ys[i - 1] + gap);
    }
    let mut limit = area;
    for y in ys.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - gap;
    }
    // More labels than room: they start at the top and the last ones run below.
    if let Some(first) = ys.first().copied().filter(|first| *first < 0.0) {
        for y in &mut ys {
            *y -= first;
        }
    }
    ys
}

/// The widths a card's drawing may have, each with the class of the labels made for it: three sets of labels are drawn,
/// and the style sheet shows the one that fits the card.
pub(super) const SIZES: [(&str, (f64, f64)); 3] = [
    ("at-s", (215.0, 390.0)),
    ("at-m", (335.0, 575.0)),
    ("at-l", (530.0, 1500.0)),
];

/// A point that wants a label.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// From 0 to 1 of the drawing's width, which is not known.
    pub x: f64,
    /// In pixels from the top.
    pub y: f64,
    pub radius: f64,
    /// The label's width in pixels; none wants no label and is only in the way.
    pub text: Option<f64>,
}

/// Where a label goes, in pixels from its point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub dx: f64,
    pub dy: f64,
    pub anchor: &'static str,
}

/// A box whose sides are `share * width + offset`: positions are percentages, text is pixels.
#[derive(Debug, Clone, Copy)]
struct Rect {
    share: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Rect {
    /// Whether two boxes stay apart for every width of the range. Their gap grows or shrinks evenly with the width, so
    /// standing apart in the same order at both ends is standing apart in between.
    fn is_clear_of(&self, other: &Rect, widths: (f64, f64)) -> bool {
        if self.bottom <= other.top || other.bottom <= self.top {
            return true;
        }
        let before = |a: &Rect, b: &Rect, w: f64| a.share * w + a.right <= b.share * w + b.left;
        [(self, other), (other, self)]
            .into_iter()
            .any(|(a, b)| before(a, b, widths.0) && before(a, b, widths.1))
    }

    fn is_inside(&self, widths: (f64, f64), height: f64) -> bool {
        let fits =
            |w: f64| self.share * w + self.left >= 1.0 && self.share * w + self.right <= w - 1.0;
        fits(widths.0) && fits(widths.1) && self.top >= 0.0 && self.bottom <= height
    }
}

/// Places labels, the first spots first, so that for every width of the range no label covers a label, a point, a
/// corner text or the edge. A label that finds no place is left out: its point still carries its title.
pub(super) fn place(
    spots: &[Spot],
    corners: &[Corner],
    widths: (f64, f64),
    height: f64,
) -> Vec<Option<Place>> {
    let mut taken: Vec<Rect> = spots
        .iter()
        .map(|spot| {
            // A circle fills its box but for the corners.
            let r = spot.radius * 0.9;
            Rect {
                share: spot.x,
                left: -r,
                right: r,
                top: spot.y - r,
                bottom: spot.y + r,
            }
        })
        .collect();
    taken.extend(corners.iter().map(|corner| corner.rect(height)));
    let mut places = Vec::with_capacity(spots.len());
    for spot in spots {
        let found = spot.text.and_then(|text| {
            candidates(spot, text).into_iter().find(|(_, rect)| {
                rect.is_inside(widths, height)
                    && taken.iter().all(|other| rect.is_clear_of(other, widths))
            })
        });
        if let Some((_, rect)) = found {
            taken.push(rect);
        }
        places.push(found.map(|(place, _)| place));
    }
    places
}

/// A text in a corner of the drawing.
#[derive(Debug, Clone)]
pub(super) struct Corner {
    /// 0 at the left edge of its box, 1 at the right.
    pub x: f64,
    pub y: f64,
    pub text: f64,
    /// Whether the text hangs below `y` or stands above it.
    pub below: bool,
    /// Whether it runs to the left of `x`.
    pub to_left: bool,
}

impl Corner {
    fn rect(&self, height: f64) -> Rect {
        let (left, right) = if self.to_left {
            (-self.text - 14.0, 0.0)
        } else {
            (0.0, self.text + 14.0)
        };
        let y = self.y * height;
        let (top, bottom) = if self.below {
            (y, y + 26.0)
        } else {
            (y - 26.0, y)
        };
        Rect {
            share: self.x,
            left,
            right,
            top,
            bottom,
        }
    }
}

fn candidates(spot: &Spot, text: f64) -> [(Place, Rect); 12] {
    const GAP: f64 = 5.0;
    const HALF: f64 = 7.0;
    let r = spot.radius;
    let slant = r * 0.72 + 3.0;
    let at = |dx: f64, dy: f64, anchor: &'static str| {
        let (left, right) = match anchor {
            "start" => (dx - 1.0, dx + text + 1.0),
            "end" => (dx - text - 1.0, dx + 1.0),
            _ => (dx - text / 2.0 - 1.0, dx + text / 2.0 + 1.0),
        };
        let middle = spot.y + dy;
        // The text's baseline lies a little below its middle.
        let place = Place {
            dx,
            dy: dy + 4.0,
            anchor,
        };
        (
            place,
            Rect {
                share: spot.x,
                left,
                right,
                top: middle - HALF,
                bottom: middle + HALF,
            },
        )
    };
    [
        at(r + GAP, 0.0, "start"),
        at(-(r + GAP), 0.0, "end"),
        at(0.0, r + GAP + 5.0, "middle"),
        at(0.0, -(r + GAP + 4.0), "middle"),
        at(slant, -slant - 2.0, "start"),
        at(slant, slant + 2.0, "start"),
        at(-slant, -slant - 2.0, "end"),
        at(-slant, slant + 2.0, "end"),
        at(-r, r + GAP + 5.0, "start"),
        at(r, r + GAP + 5.0, "end"),
        at(-r, -(r + GAP + 4.0), "start"),
        at(r, -(r + GAP + 4.0), "end"),
    ]
}

/// What the tests of all charts read drawings with.
#[cfg(test)]
pub(super) mod drawn {
    use scraper::{Html, Selector};

    pub(in crate::charts) const EVIL: &str = "\"><script>alert(1)</script>'onload='x";

    pub(in crate::charts) fn parse(markup: &str) -> Html {
        assert!(
            !markup.contains("NaN") && !markup.contains("inf%"),
            "{markup}"
        );
        assert!(!markup.contains("style="), "{markup}");
        Html::parse_fragment(markup)
    }

    pub(in crate::charts) fn count(page: &Html, selector: &str) -> usize {
        page.select(&Selector::parse(selector).unwrap()).count()
    }

    pub(in crate::charts) fn texts(page: &Html, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .map(|element| element.text().collect::<String>())
            .collect()
    }

    pub(in crate::charts) fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .filter_map(|element| element.attr(name))
            .map(str::to_owned)
            .collect()
    }

    /// A drawing whose every text is hostile holds no script, no handler and no style.
    pub(in crate::charts) fn assert_harmless(markup: &str) {
        let page = parse(markup);
        assert_eq!(count(&page, "script, [onload], [style]"), 0, "{markup}");
        assert!(
            page.root_element()
                .text()
                .any(|text| text.contains("<script>")),
            "the text itself is shown: {markup}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shortened_to_their_room() {
        assert_eq!(fit("Short", 11.0, 80.0), "Short");
        let short = fit("Lieferzuverlässigkeitskennzahl", 11.0, 80.0);
        assert!(
            short.ends_with('…') && width(&short, 11.0) <= 84.0,
            "{short}"
        );
    }

    #[test]
    fn labels_never_cover_each_other_at_any_width() {
        // A crowd in a corner, in a fixed pseudo-random pattern.
        let spots: Vec<Spot> = (0_u32..60)
            .map(|i| {
                let (a, b) = (
                    f64::from(i * 37 % 101) / 101.0,
                    f64::from(i * 53 % 97) / 97.0,
                );
                Spot {
                    x: a * a,
                    y: 290.0 * b,
                    radius: 6.0 + f64::from(i % 5) * 4.0,
                    text: Some(40.0 + f64::from(i % 7) * 9.0),
                }
            })
            .collect();
        for widths in [(250.0, 430.0), (430.0, 1100.0)] {
            let places = place(&spots, &[], widths, 298.0);
            let placed: Vec<(usize, Place)> = places
                .iter()
                .enumerate()
                .filter_map(|(i, p)| p.map(|p| (i, p)))
                .collect();
            assert!(placed.len() >= 12, "many find a place: {}", placed.len());
            let mut width = widths.0;
            while width <= widths.1 {
                let boxes: Vec<[f64; 4]> = placed
                    .iter()
                    .map(|(i, place)| pixels(&spots[*i], place, width))
                    .collect();
                for (n, a) in boxes.iter().enumerate() {
                    assert!(a[0] >= 0.0 && a[1] <= width, "inside at {width}: {a:?}");
                    for b in &boxes[n + 1..] {
                        let apart = a[1] <= b[0] || b[1] <= a[0] || a[3] <= b[2] || b[3] <= a[2];
                        assert!(apart, "at {width}: {a:?} {b:?}");
                    }
                }
                width += 7.0;
            }
        }
    }

    fn pixels(spot: &Spot, place: &Place, width: f64) -> [f64; 4] {
        let (x, text) = (spot.x * width + place.dx, spot.text.unwrap());
        let left = match place.anchor {
            "start" => x,
            "end" => x - text,
            _ => x - text / 2.0,
        };
        let middle = spot.y + place.dy - 4.0;
        [left, left + text, middle - 6.0, middle + 6.0]
    }

    #[test]
    fn spreading_keeps_order_gap_and_area() {
        assert_eq!(
            spread(&[10.0, 11.0, 190.0, 197.0], 16.0, 198.0),
            [10.0, 26.0, 182.0, 198.0]
        );
        assert_eq!(spread(&[], 16.0, 198.0), Vec::<f64>::new());
        let crowd = spread(&[100.0; 20], 16.0, 198.0);
        assert!(
            crowd.windows(2).all(|pair| pair[1] - pair[0] >= 15.9) && crowd[0] >= 0.0,
            "{crowd:?}"
        );
    }
}
