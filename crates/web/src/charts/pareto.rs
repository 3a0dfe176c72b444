//! Who holds most of it: columns from the largest, and the running share.

use std::fmt::Write as _;

use super::{Cell, Chart, DataTable, Height, Unit, labels, mark, num, role};
use crate::kit::{Html, Locale, esc, format::percent};

/// Items by size with their running share of the whole.
#[derive(Debug, Clone)]
pub struct Pareto {
    /// What it shows, in a sentence.
    pub label: String,
    /// In any order; items of nothing or less are left out.
    pub items: Vec<ParetoItem>,
    /// The whole the shares are of, where it is more than the sum of the items: those not listed count too.
    pub total: Option<f64>,
    pub unit: Unit,
    pub locale: Locale,
    /// The share that draws a line across: 0.8.
    pub mark_at: Option<f64>,
    pub height: Height,
}

#[derive(Debug, Clone, Default)]
pub struct ParetoItem {
    pub name: String,
    pub value: f64,
    pub href: Option<String>,
}

impl Pareto {
    pub fn new(
        label: impl Into<String>,
        items: Vec<ParetoItem>,
        unit: Unit,
        locale: Locale,
    ) -> Self {
        Self {
            label: label.into(),
            items,
            total: None,
            unit,
            locale,
            mark_at: Some(0.8),
            height: Height::H220,
        }
    }

    /// The largest first, each with the share it and all before it hold.
    fn ranked(&self) -> Vec<(&ParetoItem, f64)> {
        let mut items: Vec<&ParetoItem> = self
            .items
            .iter()
            .filter(|item| item.value.is_finite() && item.value > 0.0)
            .collect();
        items.sort_by(|a, b| {
            b.value
                .total_cmp(&a.value)
                .then_with(|| a.name.cmp(&b.name))
        });
        let sum: f64 = items.iter().map(|item| item.value).sum();
        let total = self
            .total
            .filter(|total| total.is_finite())
            .unwrap_or(sum)
            .max(sum);
        let mut running = 0.0;
        items
            .into_iter()
            .map(|item| {
                running += item.value;
                (item, running / total)
            })
            .collect()
    }
}

impl Chart for Pareto {
    fn svg(&self) -> Html {
        let ranked = self.ranked();
        let Some(largest) = ranked.first().map(|(item, _)| item.value) else {
            return Html::default();
        };
        let pitch = 100.0 / ranked.len() as f64;
        let is_few = ranked.len() <= 24;
        let (mut area, mut names, mut ticks) = (String::new(), String::new(), String::new());
        for share in [0.0, 0.5, 1.0] {
            let y = num(100.0 - share * 100.0);
            let base = if share == 0.0 { " base" } else { "" };
            let _ = write!(
                area,
                "<line class=\"gl{base}\" x1=\"0\" x2=\"100%\" y1=\"{y}%\" y2=\"{y}%\"/>"
            );
            let text = percent(share, 0, self.locale);
            let _ = write!(
                ticks,
                "<text x=\"8\" y=\"{y}%\" dy=\"0.32em\">{text}</text>"
            );
        }
        if let Some(at) = self.mark_at.filter(|at| at.is_finite()) {
            let y = num(100.0 - at.clamp(0.0, 1.0) * 100.0);
            let _ = write!(
                area,
                "<line class=\"tgt\" x1=\"0\" x2=\"100%\" y1=\"{y}%\" y2=\"{y}%\"/>"
            );
            let text = percent(at, 0, self.locale);
            let _ = write!(
                ticks,
                "<text class=\"lbl\" x=\"8\" y=\"{y}%\" dy=\"0.32em\">{text}</text>"
            );
        }
        let mut line = Vec::with_capacity(ranked.len());
        for (i, (item, share)) in ranked.iter().enumerate() {
            let middle = pitch * (i as f64 + 0.5);
            let (x, wide) = (pitch * (i as f64 + 0.14), pitch * 0.72);
            let tall = (item.value / largest * 100.0).max(0.6);
            let shapes = format!(
                "<rect class=\"bar f1\" x=\"{}%\" y=\"{}%\" width=\"{}%\" height=\"{}%\" rx=\"2\"/>",
                num(x),
                num(100.0 - tall),
                num(wide),
                num(tall)
            );
            let held = percent(*share, 1, self.locale);
            let title = format!(
                "{}: {}, running share {held}",
                item.name,
                self.unit.write(item.value)
            );
            area.push_str(&mark(&title, item.href.as_deref(), is_few, &shapes));
            line.push(format!("{} {}", num(middle), num(100.0 - share * 100.0)));
            if ranked.len() <= 8 {
                let text = labels::fit(&item.name, 11.0, 460.0 / ranked.len() as f64 - 4.0);
                let _ = write!(
                    names,
                    "<text class=\"alt\" x=\"{}%\" y=\"1rem\" text-anchor=\"middle\">{}</text>",
                    num(middle),
                    esc(&text)
                );
            }
        }
        if line.len() > 1 {
            let _ = write!(
                area,
                "<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\" overflow=\"visible\">\
                 <path class=\"ln s3\" d=\"M{}\"/></svg>",
                line.join("L")
            );
        }
        Html::trusted(format!(
            "<div class=\"plot narrow-ends {}\" {}><svg class=\"area\">{area}</svg><svg class=\"ends\" aria-hidden=\"true\">{ticks}</svg>\
             <svg class=\"ax-x\" aria-hidden=\"true\">{names}</svg></div>",
            self.height.class(),
            role(
                ranked.iter().any(|(item, _)| item.href.is_some()),
                &self.label
            )
        ))
    }

    fn as_table(&self) -> DataTable {
        let ranked = self.ranked();
        let rows = ranked.iter().map(|(item, share)| {
            vec![
                Cell::link(&item.name, item.href.as_deref()),
                Cell::text(self.unit.write(item.value)),
                Cell::text(percent(*share, 1, self.locale)),
            ]
        });
        DataTable {
            caption: self.label.clone(),
            head: ["Name", "Value", "Running share"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
        }
    }
}

impl Pareto {
    /// How many items hold the share of [`Pareto::mark_at`], in words for the card's head: "Eight hold 80%".
    pub fn holders(&self) -> Option<usize> {
        let at = self.mark_at?;
        self.ranked()
            .iter()
            .position(|(_, share)| *share + 1e-9 >= at)
            .map(|i| i + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::labels::drawn::*;

    fn pareto(values: &[f64]) -> Pareto {
        let one = |(i, value): (usize, &f64)| ParetoItem {
            name: format!("S{i}"),
            value: *value,
            href: None,
        };
        let items = values.iter().enumerate().map(one).collect();
        Pareto::new(
            "Spend by supplier",
            items,
            Unit::money("EUR", Locale::EnGb),
            Locale::EnGb,
        )
    }

    #[test]
    fn the_largest_comes_first_and_shares_run_to_the_whole() {
        let mut pareto = pareto(&[1_000.0, 6_000.0, 3_000.0, f64::NAN, -5.0]);
        assert_eq!(pareto.holders(), Some(2));
        let page = parse(&pareto.to_string());
        assert_eq!(texts(&page, "tbody th"), ["S1", "S2", "S0"]);
        assert_eq!(
            texts(&page, "tbody td:nth-child(3)"),
            ["60.0%", "90.0%", "100.0%"]
        );
        pareto.total = Some(20_000.0);
        assert_eq!(pareto.holders(), None, "half of the whole is not listed");
    }

    #[test]
    fn nothing_one_item_and_hostile_text() {
        assert!(pareto(&[]).to_string().contains("nothing to draw"));
        assert_eq!(count(&parse(&pareto(&[5.0]).to_string()), "rect.bar"), 1);
        let mut evil = pareto(&[5.0, 4.0]);
        evil.items[0].name = EVIL.into();
        evil.items[0].href = Some(EVIL.into());
        evil.label = EVIL.into();
        assert_harmless(&evil.to_string());
    }
}
