//! How a mapping's fields are written on the pages about imports.

/// A target field as people read it: `requested_on` is "Requested on".
pub(super) fn field(name: &str) -> String {
    match name {
        "key" => "Key of the row".to_owned(),
        "lei" => "LEI".to_owned(),
        "vat" => "VAT number".to_owned(),
        "iban" => "IBAN".to_owned(),
        "duns" => "D-U-N-S number".to_owned(),
        "market_hhi" => "Market concentration".to_owned(),
        "fx_standard" | "fx_actual" => sentence(&name.replace("fx_", "exchange rate, ")),
        other => sentence(&other.replace('_', " ")),
    }
}

/// A remark as a sentence of its own begins and ends.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_reads_like_words() {
        assert_eq!(field("requested_on"), "Requested on");
        assert_eq!(field("vat"), "VAT number");
        assert_eq!(field("fx_actual"), "Exchange rate, actual");
    }
}
