//! The SCMS delivery history, loaded as it is, gives the figures that its publisher's rule gives.

use keelson_testkit::real_data;

use super::Place;

#[test]
fn on_or_before_scheduled_is_5905_of_6507() {
    let Some(file) = real_data("scms-delivery/scms_dev.csv") else {
        return;
    };
    let place = Place::made();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mapping = format!("{examples}/mappings/scms.toml");
    let import = [
        "import",
        "order-lines",
        file.to_str().unwrap(),
        "--mapping",
        &mapping,
    ];
    place.done(&import);
    assert!(place.done(&import).err().contains("6,507 unchanged"));
    place.done(&[
        "kpi",
        "apply",
        &format!("{examples}/kpis/on-or-before-scheduled.toml"),
    ]);

    let measured = place.done(&[
        "measure",
        "--period",
        "all",
        "--kpi",
        "on-or-before-scheduled",
    ]);
    let (_, rows) = measured.table();
    let sum = |column: usize| {
        rows.iter()
            .map(|row| row[column].parse::<u64>().unwrap())
            .sum::<u64>()
    };
    assert_eq!((sum(5), sum(6)), (5_905, 6_507));
    let of = |name: &str| {
        let row = rows.iter().find(|row| row[1] == name).unwrap();
        (row[5].as_str(), row[6].as_str())
    };
    assert_eq!(of("Aurobindo Pharma Limited"), ("400", "484"));
    assert_eq!(of("Orgenics, Ltd"), ("392", "427"));
    assert_eq!(of("S. BUYS WHOLESALER"), ("403", "413"));
}
