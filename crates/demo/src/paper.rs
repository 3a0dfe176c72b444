//! A page of paper as a PDF: what a certificate looks like when nobody has issued one.

/// One A4 page with a title and lines below it, in Helvetica, which every reader has.
pub(crate) fn pdf(title: &str, lines: &[String]) -> Vec<u8> {
    let mut drawing = format!("BT /F1 20 Tf 64 760 Td ({}) Tj ET\n", text(title));
    for (place, line) in lines.iter().enumerate() {
        drawing += &format!(
            "BT /F1 12 Tf 64 {} Td ({}) Tj ET\n",
            720 - 20 * place,
            text(line)
        );
    }
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawing}endstream", drawing.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let table = file.len();
    file += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        file += &format!("{place:010} 00000 n \n");
    }
    file += &format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    );
    file.into_bytes()
}

/// Plain letters only: the standard font has no others, and brackets end a text.
fn text(line: &str) -> String {
    deunicode::deunicode(line).replace(['(', ')', '\\'], " ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_points_at_every_object() {
        let file = String::from_utf8(super::pdf("ISO (9001)", &["Präzision".to_owned()])).unwrap();
        assert!(file.contains("(ISO  9001 ) Tj") && file.contains("(Prazision) Tj"));
        let table = file.split("xref\n0 6\n").nth(1).unwrap();
        for (number, line) in table.lines().skip(1).take(5).enumerate() {
            let place: usize = line[..10].parse().unwrap();
            assert!(file[place..].starts_with(&format!("{} 0 obj", number + 1)));
        }
    }
}
