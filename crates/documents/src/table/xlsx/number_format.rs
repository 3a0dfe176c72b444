//! What a number format says about a number: only it tells a date from an amount.

/// How the number of a cell is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberFormat {
    Number,
    Date,
    Time,
}

impl NumberFormat {
    /// The formats a workbook need not write down. Source: ECMA-376 part 1, 18.8.30.
    pub(super) fn of_id(id: u32) -> Self {
        match id {
            14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Self::Date,
            18..=21 | 32..=35 | 45 | 47 | 55 | 56 => Self::Time,
            _ => Self::Number,
        }
    }

    /// A format of the workbook's own: a date has days or years, a time hours or seconds; a lone `m` is a month.
    /// Texts in quotation marks, escaped letters and what stands in brackets (colours, currencies) mean nothing;
    /// `[h]` counts elapsed hours, which is a number. Only the first section is looked at.
    pub(super) fn of_code(code: &str) -> Self {
        let (mut day_or_year, mut hour_or_second, mut month_or_minute) = (false, false, false);
        let lower = code.to_lowercase().replace("am/pm", "").replace("a/p", "");
        let mut letters = lower.chars();
        while let Some(letter) = letters.next() {
            match letter {
                ';' => break,
                '\\' | '_' | '*' => {
                    letters.next();
                }
                '"' => {
                    letters.by_ref().find(|other| *other == '"');
                }
                '[' => {
                    let inside: String =
                        letters.by_ref().take_while(|other| *other != ']').collect();
                    if !inside.is_empty() && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
                        return Self::Number;
                    }
                }
                'd' | 'y' => day_or_year = true,
                'h' | 's' => hour_or_second = true,
                'm' => month_or_minute = true,
                // "General" and its like: no letter of it is one of the above, except in words.
                'g' if lower.starts_with("general") => return Self::Number,
                _ => {}
            }
        }
        if day_or_year {
            Self::Date
        } else if hour_or_second {
            Self::Time
        } else if month_or_minute {
            Self::Date
        } else {
            Self::Number
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_numbers_are_told_apart() {
        for (code, expected) in [
            ("General", NumberFormat::Number),
            ("0.00", NumberFormat::Number),
            ("#,##0.00 \"days\"", NumberFormat::Number),
            ("[$CHF-807] #,##0.00", NumberFormat::Number),
            ("[Red]-0.0%", NumberFormat::Number),
            ("[h]:mm:ss", NumberFormat::Number),
            ("0\\d", NumberFormat::Number),
            ("yyyy-mm-dd", NumberFormat::Date),
            ("[$-407]d. mmmm yyyy;@", NumberFormat::Date),
            ("dd/mm/yyyy hh:mm", NumberFormat::Date),
            ("mmm", NumberFormat::Date),
            ("h:mm AM/PM", NumberFormat::Time),
            ("mm:ss.0", NumberFormat::Time),
            ("0;[Red]yyyy", NumberFormat::Number),
        ] {
            assert_eq!(NumberFormat::of_code(code), expected, "{code}");
        }
        assert_eq!(NumberFormat::of_id(14), NumberFormat::Date);
        assert_eq!(NumberFormat::of_id(21), NumberFormat::Time);
        assert_eq!(NumberFormat::of_id(4), NumberFormat::Number);
    }
}
