//! A month with what happens in it: a table of days where there is room, a list of the days with events on a phone.

use std::fmt::Write as _;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::{Cell, Chart, DataTable};
use crate::kit::{Html, Locale, Tone, esc, format};

/// One month.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Any day of the month.
    pub month: NaiveDate,
    pub today: NaiveDate,
    pub events: Vec<CalendarEvent>,
    pub locale: Locale,
}

#[derive(Debug, Clone)]
pub struct CalendarEvent {
    pub on: NaiveDate,
    pub text: String,
    pub href: Option<String>,
    pub tone: Tone,
}

impl Calendar {
    fn first(&self) -> NaiveDate {
        self.month.with_day(1).unwrap_or(self.month)
    }

    fn end(&self) -> NaiveDate {
        self.first()
            .checked_add_months(Months::new(1))
            .unwrap_or(self.first())
    }

    fn events_on(&self, day: NaiveDate) -> impl Iterator<Item = &CalendarEvent> {
        self.events.iter().filter(move |event| event.on == day)
    }

    fn day(&self, day: NaiveDate) -> String {
        if !(self.first()..self.end()).contains(&day) {
            return "<td class=\"off\"></td>".to_owned();
        }
        let now = if day == self.today {
            " class=\"today\""
        } else {
            ""
        };
        let mut out = format!(
            "<td{now}><span class=\"d\">{}{}</span>",
            day.day(),
            if now.is_empty() {
                ""
            } else {
                "<span class=\"vh\"> today</span>"
            }
        );
        for event in self.events_on(day) {
            let (tone, text) = (event.tone.class(), esc(&event.text));
            let _ = match &event.href {
                Some(href) => write!(
                    out,
                    "<a class=\"ev {tone}\" href=\"{}\" data-tip=\"{text}\">{text}</a>",
                    esc(href)
                ),
                None => write!(
                    out,
                    "<span class=\"ev {tone}\" data-tip=\"{text}\">{text}</span>"
                ),
            };
        }
        out + "</td>"
    }
}

impl Chart for Calendar {
    fn svg(&self) -> Html {
        let mut out = format!(
            "<table class=\"cal\"><caption class=\"vh\">{}</caption><thead><tr>",
            format::month(self.month)
        );
        for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
            let _ = write!(out, "<th scope=\"col\">{day}</th>");
        }
        out.push_str("</tr></thead><tbody>");
        let before = u64::from(self.first().weekday().num_days_from_monday());
        let mut day = self
            .first()
            .checked_sub_days(Days::new(before))
            .unwrap_or(self.first());
        while day < self.end() {
            out.push_str("<tr>");
            for _ in 0..7 {
                out.push_str(&self.day(day));
                day = day.succ_opt().unwrap_or(NaiveDate::MAX);
            }
            out.push_str("</tr>");
        }
        Html::trusted(out + "</tbody></table>")
    }

    /// The month's events, day by day.
    fn as_table(&self) -> DataTable {
        let mut events: Vec<&CalendarEvent> = self
            .events
            .iter()
            .filter(|event| (self.first()..self.end()).contains(&event.on))
            .collect();
        events.sort_by_key(|event| event.on);
        let rows = events.iter().map(|event| {
            vec![
                Cell::text(format::date_short(event.on, self.locale)),
                Cell::link(&event.text, event.href.as_deref()),
            ]
        });
        DataTable {
            caption: format::month(self.month),
            head: vec!["Day".to_owned(), "Event".to_owned()],
            rows: rows.collect(),
        }
    }

    fn figure(&self) -> Html {
        let list = self.as_table();
        let list = if list.is_empty() {
            "<p class=\"chart-none\">No events this month.</p>".to_owned()
        } else {
            list.to_string()
        };
        Html::trusted(format!(
            "<div class=\"cal-month\">{}</div><div class=\"cal-list as-table\">{list}</div>",
            self.svg()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::labels::drawn::*;

    fn calendar(year: i32, month: u32) -> Calendar {
        let on = |day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let event = CalendarEvent {
            on: on(9),
            text: EVIL.into(),
            href: Some(EVIL.into()),
            tone: Tone::Warn,
        };
        Calendar {
            month: on(15),
            today: on(23),
            events: vec![event],
            locale: Locale::EnGb,
        }
    }

    #[test]
    fn every_day_of_the_month_stands_once_under_its_weekday() {
        for (year, month, days, weeks) in [
            (2026, 12, 31, 5),
            (2027, 2, 28, 4),
            (2028, 2, 29, 5),
            (2026, 8, 31, 6),
        ] {
            let page = parse(&calendar(year, month).to_string());
            assert_eq!(count(&page, ".cal .d"), days);
            assert_eq!(count(&page, ".cal tbody tr"), weeks, "{year}-{month}");
        }
        let page = parse(&calendar(2026, 12).to_string());
        assert_eq!(
            count(&page, ".cal tbody tr:first-child td.off"),
            1,
            "1 Dec 2026 is a Tuesday"
        );
        assert_eq!(count(&page, ".today"), 1);
        assert_eq!(count(&page, "a.ev.warn"), 1);
        assert_harmless(&calendar(2026, 12).to_string());
    }
}
