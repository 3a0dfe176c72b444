//! Areas by size: spend by category.

use std::fmt::Write as _;

use super::{Cell, Chart, DataTable, Height, Unit, labels, mark, num, role};
use crate::kit::{Html, esc};

/// Items as areas, squarified (Bruls, Huizing, van Wijk 2000) so that they stay comparable.
#[derive(Debug, Clone)]
pub struct Treemap {
    /// What it shows, in a sentence.
    pub label: String,
    /// Items of nothing or less have no area and stand in the table only.
    pub areas: Vec<Area>,
    pub unit: Unit,
    pub height: Height,
}

#[derive(Debug, Clone, Default)]
pub struct Area {
    pub name: String,
    pub value: f64,
    /// How strong the colour is, 1 to 3; size says more than colour does.
    pub strength: u8,
    pub href: Option<String>,
}

/// The drawing is about twice as wide as tall; squares are sought in pixels, not in percent.
const ASPECT: f64 = 2.1;

#[derive(Debug, Clone, Copy)]
struct Rect {
    x: f64,
    y: f64,
    wide: f64,
    tall: f64,
}

impl Treemap {
    pub fn new(label: impl Into<String>, areas: Vec<Area>, unit: Unit) -> Self {
        Self {
            label: label.into(),
            areas,
            unit,
            height: Height::H260,
        }
    }

    /// The areas from the largest, each with its rectangle in percent.
    fn layout(&self) -> Vec<(&Area, Rect)> {
        let mut areas: Vec<&Area> = self
            .areas
            .iter()
            .filter(|area| area.value.is_finite() && area.value > 0.0)
            .collect();
        areas.sort_by(|a, b| {
            b.value
                .total_cmp(&a.value)
                .then_with(|| a.name.cmp(&b.name))
        });
        let mut out = Vec::with_capacity(areas.len());
        let mut rest = areas.as_slice();
        let mut room = Rect {
            x: 0.0,
            y: 0.0,
            wide: 100.0,
            tall: 100.0,
        };
        while !rest.is_empty() {
            let sum: f64 = rest.iter().map(|area| area.value).sum();
            let beside = room.wide * ASPECT >= room.tall;
            let count = best_row(rest, sum, room, beside);
            let (row, after) = rest.split_at(count);
            let row_sum: f64 = row.iter().map(|area| area.value).sum();
            let share = row_sum / sum;
            let mut along = 0.0;
            for area in row {
                let part = area.value / row_sum;
                let rect = if beside {
                    Rect {
                        x: room.x,
                        y: room.y + along * room.tall,
                        wide: room.wide * share,
                        tall: room.tall * part,
                    }
                } else {
                    Rect {
                        x: room.x + along * room.wide,
                        y: room.y,
                        wide: room.wide * part,
                        tall: room.tall * share,
                    }
                };
                along += part;
                out.push((*area, rect));
            }
            room = if beside {
                Rect {
                    x: room.x + room.wide * share,
                    wide: room.wide * (1.0 - share),
                    ..room
                }
            } else {
                Rect {
                    y: room.y + room.tall * share,
                    tall: room.tall * (1.0 - share),
                    ..room
                }
            };
            rest = after;
        }
        out
    }
}

/// How many of the largest items make the row whose worst rectangle is nearest to a square.
fn best_row(rest: &[&Area], sum: f64, room: Rect, beside: bool) -> usize {
    let mut best = f64::INFINITY;
    for count in 1..=rest.len() {
        let row_sum: f64 = rest[..count].iter().map(|area| area.value).sum();
        let share = row_sum / sum;
        let worst = rest[..count]
            .iter()
            .map(|area| {
                let (wide, tall) = if beside {
                    (room.wide * share * ASPECT, room.tall * area.value / row_sum)
                } else {
                    (room.wide * ASPECT * area.value / row_sum, room.tall * share)
                };
                (wide / tall).max(tall / wide)
            })
            .fold(0.0, f64::max);
        if worst > best {
            return count - 1;
        }
        best = worst;
    }
    rest.len()
}

impl Chart for Treemap {
    fn svg(&self) -> Html {
        let height = self.height.area() + 22.0;
        let (mut out, mut texts) = (String::new(), String::new());
        for (area, rect) in self.layout() {
            let value = self.unit.write(area.value);
            let shapes = format!(
                "<rect class=\"tmf k{}\" x=\"{}%\" y=\"{}%\" width=\"{}%\" height=\"{}%\" rx=\"5\"/>",
                area.strength.clamp(1, 3),
                num(rect.x),
                num(rect.y),
                num(rect.wide),
                num(rect.tall)
            );
            let tall = rect.tall / 100.0 * height;
            // A label for each width of the card, as long as its area is there.
            for (width, class) in [(250.0, "at-s"), (376.0, "at-m"), (566.0, "at-l")] {
                let room = rect.wide / 100.0 * width - 14.0;
                let is_cut = labels::width(&area.name, 12.0) > room;
                if tall < 26.0 || room < if is_cut { 44.0 } else { 20.0 } {
                    continue;
                }
                let (x, y) = (num(rect.x), num(rect.y));
                let name = esc(&labels::fit(&area.name, 12.0, room));
                let _ = write!(
                    texts,
                    "<text class=\"{class}\" x=\"{x}%\" y=\"{y}%\" dx=\"9\" dy=\"19\">{name}</text>"
                );
                if tall > 44.0 && labels::width(&value, 12.0) <= room {
                    let _ = write!(
                        texts,
                        "<text class=\"v {class}\" x=\"{x}%\" y=\"{y}%\" dx=\"9\" dy=\"35\">{}</text>",
                        esc(&value)
                    );
                }
            }
            out.push_str(&mark(
                &format!("{}: {value}", area.name),
                area.href.as_deref(),
                true,
                &shapes,
            ));
        }
        Html::trusted(format!(
            "<div class=\"plot no-ends tm {}\" {}><svg class=\"area\">{out}<g aria-hidden=\"true\">{texts}</g></svg></div>",
            self.height.class(),
            role(
                self.areas.iter().any(|area| area.href.is_some()),
                &self.label
            )
        ))
    }

    fn as_table(&self) -> DataTable {
        let mut areas: Vec<&Area> = self
            .areas
            .iter()
            .filter(|area| area.value.is_finite())
            .collect();
        areas.sort_by(|a, b| {
            b.value
                .total_cmp(&a.value)
                .then_with(|| a.name.cmp(&b.name))
        });
        let rows = areas.iter().map(|area| {
            vec![
                Cell::link(&area.name, area.href.as_deref()),
                Cell::text(self.unit.write(area.value)),
            ]
        });
        DataTable {
            caption: self.label.clone(),
            head: vec!["Name".to_owned(), "Value".to_owned()],
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charts::labels::drawn::*, kit::Locale};

    fn treemap(values: &[f64]) -> Treemap {
        let area = |(i, value): (usize, &f64)| Area {
            name: format!("C{i}"),
            value: *value,
            strength: 2,
            href: Some(format!("/c/{i}")),
        };
        Treemap::new(
            "Spend by category",
            values.iter().enumerate().map(area).collect(),
            Unit::money("EUR", Locale::EnGb),
        )
    }

    #[test]
    fn areas_fill_the_whole_in_proportion_and_never_overlap() {
        let map = treemap(&[8.9, 7.1, 6.8, 5.2, 4.6, 3.4, 2.9, 2.4, 0.8]);
        let layout = map.layout();
        let whole: f64 = layout.iter().map(|(_, rect)| rect.wide * rect.tall).sum();
        assert!((whole - 10_000.0).abs() < 1e-6, "{whole}");
        let sum: f64 = layout.iter().map(|(area, _)| area.value).sum();
        for (i, (area, a)) in layout.iter().enumerate() {
            assert!((a.wide * a.tall / 10_000.0 - area.value / sum).abs() < 1e-9);
            for (_, b) in &layout[i + 1..] {
                let apart = a.x + a.wide <= b.x + 1e-6
                    || b.x + b.wide <= a.x + 1e-6
                    || a.y + a.tall <= b.y + 1e-6
                    || b.y + b.tall <= a.y + 1e-6;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn nothing_one_zero_and_hostile_text() {
        assert!(treemap(&[]).to_string().contains("nothing to draw"));
        let page = parse(&treemap(&[5.0, 0.0, f64::NAN]).to_string());
        assert_eq!((count(&page, "rect.tmf"), count(&page, "tbody tr")), (1, 2));
        let mut evil = treemap(&[5.0, 4.0]);
        evil.areas[0].name = EVIL.into();
        evil.areas[0].href = Some(EVIL.into());
        assert_harmless(&evil.to_string());
    }
}
