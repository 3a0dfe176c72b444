use keelson_methods::identity::{Check, Duns, Iban, Lei, Reason, VatId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{
    Country,
    supplier::{must_find_in, tell},
};
use crate::{
    Act, Error, IdentifierId, Keelson, Result, SupplierId, Tx, micros, record::Audience, sql::Sql,
};

/// A number that names a party in some register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    Lei,
    Iban,
    Vat,
    Duns,
    Registration,
}

impl Scheme {
    pub const ALL: [Self; 5] = [
        Self::Vat,
        Self::Lei,
        Self::Duns,
        Self::Registration,
        Self::Iban,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Lei => "lei",
            Self::Iban => "iban",
            Self::Vat => "vat",
            Self::Duns => "duns",
            Self::Registration => "registration",
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Lei => "LEI",
            Self::Iban => "IBAN",
            Self::Vat => "VAT number",
            Self::Duns => "D-U-N-S number",
            Self::Registration => "Registration number",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.code() == code)
    }
}

/// An identifier that has been read: its form is right, and where only the register can tell, it carries a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIdentifier {
    pub(super) scheme: Scheme,
    pub(super) value: String,
    pub(super) country: Option<Country>,
    pub(super) warning: Option<String>,
}

impl NewIdentifier {
    /// Reads an identifier by its scheme's rules (handbook 11.6). What cannot be one is refused with the reason; what only the
    /// register can confirm is kept with a warning. `country` helps where a VAT number is written without its prefix, and is
    /// required for a registration number, which means nothing without it.
    pub fn parse(scheme: Scheme, text: &str, country: Option<Country>) -> Result<Self, String> {
        let why = |reason: Reason| format!("This is no {}: {reason}.", scheme.words());
        let kept = |value: &str, country: Option<Country>, check: Check| Self {
            scheme,
            value: value.to_owned(),
            country,
            warning: match check {
                Check::Warning(reason) => Some(reason.to_string()),
                Check::Valid | Check::Invalid(_) => None,
            },
        };
        match scheme {
            Scheme::Lei => {
                let lei = Lei::parse(text).map_err(why)?;
                Ok(kept(lei.as_str(), country, Check::Valid))
            }
            Scheme::Iban => {
                let iban = Iban::parse(text).map_err(why)?;
                let country = Country::parse(iban.country()).ok();
                Ok(kept(iban.as_str(), country, Check::Valid))
            }
            Scheme::Vat => {
                let vat = VatId::parse(text, country.map(Country::code)).map_err(why)?;
                let country = match vat.prefix() {
                    // Greece and Northern Ireland write another prefix than their country's code.
                    "EL" => Country::parse("GR").ok(),
                    "XI" => Country::parse("GB").ok(),
                    prefix => Country::parse(prefix).ok(),
                };
                Ok(kept(vat.as_str(), country, vat.check()))
            }
            Scheme::Duns => {
                let duns = Duns::parse(text).map_err(why)?;
                // Its check digit was dropped in 2006, so a nine-digit number is as good as it gets.
                Ok(kept(duns.as_str(), country, Check::Valid))
            }
            Scheme::Registration => {
                let value: String = text
                    .chars()
                    .filter(|c| !c.is_whitespace() && !".-/".contains(*c))
                    .collect();
                let fits = (2..=30).contains(&value.chars().count())
                    && value.chars().all(char::is_alphanumeric)
                    && value.contains(|c: char| c.is_ascii_digit());
                if !fits {
                    return Err(
                        "Enter the number as the register writes it, such as HRB 12345.".to_owned(),
                    );
                }
                let country =
                    country.ok_or("Choose the country whose register gave this number.")?;
                Ok(kept(&value.to_uppercase(), Some(country), Check::Valid))
            }
        }
    }

    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The value in its normal form: upper case, nothing between.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Why it needs a look, when it does.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }
}

/// An identifier as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    pub id: IdentifierId,
    pub scheme: Scheme,
    pub value: String,
    pub country: Option<Country>,
    /// Why it needs a look, when it does.
    pub warning: Option<String>,
}

impl Identifier {
    /// The value as a page shows it: of a bank account only what a person needs to recognise it.
    pub fn shown(&self) -> String {
        match self.scheme {
            Scheme::Iban => {
                let head: String = self.value.chars().take(4).collect();
                let tail: String = self
                    .value
                    .chars()
                    .skip(self.value.chars().count().saturating_sub(4))
                    .collect();
                format!("{head} … {tail}")
            }
            _ => self.value.clone(),
        }
    }
}

/// Records an identifier. It is refused when the supplier has it already; that another supplier has it is for the duplicates
/// check to say.
pub async fn add_identifier(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    identifier: &NewIdentifier,
) -> Result<IdentifierId> {
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    if has(&tx, supplier, identifier).await? {
        return Err(Error::invalid(
            "value",
            format!("This {} is recorded already.", identifier.scheme.words()),
        ));
    }
    let id = insert(&tx, act, supplier, identifier).await?;
    super::supplier::touch(&tx, act, supplier).await?;
    tell(
        &tx,
        act,
        supplier,
        "identifier_added",
        payload(id, identifier.scheme, &identifier.value),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Removes an identifier that was wrong. The log keeps what it was.
pub async fn remove_identifier(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    identifier: IdentifierId,
) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let row = identifiers(&tx, supplier)
        .await?
        .into_iter()
        .find(|row| row.id == identifier)
        .ok_or(Error::NotFound("identifier"))?;
    Sql::new("DELETE FROM supplier_identifiers WHERE id = ?")
        .bind(identifier)
        .run(&tx)
        .await?;
    super::supplier::touch(&tx, act, supplier).await?;
    tell(
        &tx,
        act,
        supplier,
        "identifier_removed",
        payload(identifier, row.scheme, &row.value),
        Audience::Both,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The identifiers of a supplier and of the records merged into it.
pub async fn identifiers(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
) -> Result<Vec<Identifier>> {
    let rows = Sql::new(
        "SELECT i.* FROM supplier_identifiers i JOIN suppliers s ON s.id = i.supplier_id \
         WHERE s.id = ? OR s.merged_into = ? ORDER BY i.scheme, i.value, i.id",
    )
    .bind(supplier)
    .bind(supplier)
    .all::<rows::Model>(db)
    .await?;
    rows.into_iter().map(Identifier::try_from).collect()
}

pub(super) async fn insert(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    identifier: &NewIdentifier,
) -> Result<IdentifierId> {
    let row = rows::ActiveModel {
        supplier_id: Set(supplier),
        scheme: Set(identifier.scheme.code().to_owned()),
        value: Set(identifier.value.clone()),
        country: Set(identifier.country),
        outcome: Set(match identifier.warning {
            None => "valid".to_owned(),
            Some(_) => "warning".to_owned(),
        }),
        note: Set(identifier.warning.clone()),
        created_at: Set(micros(act.at)),
        ..Default::default()
    };
    Ok(rows::Entity::insert(row).exec(tx).await?.last_insert_id)
}

/// Adds an identifier a source names, unless it is there.
pub(super) async fn insert_if_new(
    tx: &Tx,
    act: &Act,
    supplier: SupplierId,
    identifier: &NewIdentifier,
) -> Result<()> {
    if !has(tx, supplier, identifier).await? {
        insert(tx, act, supplier, identifier).await?;
    }
    Ok(())
}

async fn has(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    identifier: &NewIdentifier,
) -> Result<bool> {
    let row = rows::Entity::find()
        .filter(rows::Column::SupplierId.eq(supplier))
        .filter(rows::Column::Scheme.eq(identifier.scheme.code()))
        .filter(rows::Column::Value.eq(identifier.value.as_str()))
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// What the log says about an identifier. Bank data is no secret between the two sides, but the log is exported: it keeps the
/// last four characters only.
fn payload(id: IdentifierId, scheme: Scheme, value: &str) -> serde_json::Value {
    let value = match scheme {
        Scheme::Iban => format!("… {}", &value[value.len().saturating_sub(4)..]),
        _ => value.to_owned(),
    };
    json!({ "identifier": id, "scheme": scheme.code(), "value": value })
}

impl TryFrom<rows::Model> for Identifier {
    type Error = Error;

    fn try_from(row: rows::Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            scheme: Scheme::parse(&row.scheme).ok_or_else(|| {
                Error::damaged("identifier", format!("its scheme is {}", row.scheme))
            })?,
            value: row.value,
            country: row.country,
            warning: row.note,
        })
    }
}

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::{IdentifierId, SupplierId, suppliers::Country};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supplier_identifiers")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: IdentifierId,
        pub supplier_id: SupplierId,
        pub scheme: String,
        pub value: String,
        pub country: Option<Country>,
        pub outcome: String,
        pub note: Option<String>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn germany() -> Option<Country> {
        Country::parse("DE").ok()
    }

    #[test]
    fn the_handbooks_identifiers_are_read_and_refused() {
        let lei = NewIdentifier::parse(Scheme::Lei, "5493 000I BP32 UQZ0 KL24", None).unwrap();
        assert_eq!((lei.value(), lei.warning()), ("5493000IBP32UQZ0KL24", None));
        assert!(NewIdentifier::parse(Scheme::Lei, "213800WSGIIZCXF1P527", None).is_err());
        let iban = NewIdentifier::parse(Scheme::Iban, "DE89 3704 0044 0532 0130 00", None).unwrap();
        assert_eq!(iban.country, germany());
        let wrong = NewIdentifier::parse(Scheme::Iban, "DE89370400440532031000", None).unwrap_err();
        assert!(wrong.contains("check digits"), "{wrong}");
        let vat = NewIdentifier::parse(Scheme::Vat, "136695976", germany()).unwrap();
        assert_eq!((vat.value(), vat.warning()), ("DE136695976", None));
        let doubtful = NewIdentifier::parse(Scheme::Vat, "DE136695978", None).unwrap();
        assert!(doubtful.warning().is_some());
        assert!(NewIdentifier::parse(Scheme::Duns, "000000000", None).is_err());
        let register = NewIdentifier::parse(Scheme::Registration, "HRB 12-345", germany()).unwrap();
        assert_eq!(register.value(), "HRB12345");
        assert!(NewIdentifier::parse(Scheme::Registration, "HRB 12345", None).is_err());
    }

    #[test]
    fn a_bank_account_is_shown_by_its_ends() {
        let identifier = Identifier {
            id: IdentifierId(1),
            scheme: Scheme::Iban,
            value: "DE89370400440532013000".into(),
            country: germany(),
            warning: None,
        };
        assert_eq!(identifier.shown(), "DE89 … 3000");
    }
}
