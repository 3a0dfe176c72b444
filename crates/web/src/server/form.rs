//! What a browser sends, read into a type. An unknown field is refused: nobody slips a field past a form.

use std::fmt;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::IntoResponse as _,
};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _,
    MapAccess, SeqAccess, VariantAccess, Visitor, value::StrDeserializer,
};

use super::App;
use crate::Error;

/// A form's answers: `Form(answers): Form<Answers>`.
///
/// Fields are read by name: text, numbers, a choice as a unit enum, a check as `bool` with `#[serde(default)]`, a repeated
/// field as a `Vec` with `#[serde(default)]`. An empty answer is `None` for an `Option`. A field the type does not have is 422.
/// What a person can get wrong stays text here, and is parsed where its message can stand beside it.
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

/// What the address asks for. Unknown names are passed over: addresses are pasted, and other sites append theirs.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// What the path names. What no row can have is 404, like what no row has.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let is_form =
            content_type.is_some_and(|text| text.starts_with("application/x-www-form-urlencoded"));
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|rejection| {
                if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                    Error::TooLarge
                } else {
                    Error::Unreadable("The form broke off on its way. Send it again.".to_owned())
                }
            })?;
        if !is_form && !bytes.is_empty() {
            return Err(Error::Unreadable(
                "This address reads forms only.".to_owned(),
            ));
        }
        read(&bytes, true).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        read(parts.uri.query().unwrap_or_default().as_bytes(), false).map(Self)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let path = axum::extract::Path::from_request_parts(parts, app).await;
        path.map(|axum::extract::Path(path)| Self(path))
            .map_err(|_| Error::NotFound)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8], strict: bool) -> Result<T, Error> {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value.into_owned()),
            None => fields.push((name.into_owned(), vec![value.into_owned()])),
        }
    }
    T::deserialize(Fields { fields, strict }).map_err(|Unreadable(text)| Error::Unreadable(text))
}

/// Why a form cannot be read.
#[derive(Debug)]
struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// All fields, each with its values in order.
struct Fields {
    fields: Vec<(String, Vec<String>)>,
    strict: bool,
}

impl<'de> Deserializer<'de> for Fields {
    type Error = Unreadable;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let unknown = self
            .fields
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()));
        if let Some((name, _)) = unknown.filter(|_| self.strict) {
            let name: String = name.chars().take(60).collect();
            return Err(Unreadable(format!(
                "The form has no field \"{name}\". Go back, reload the page and try again."
            )));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_map(Walk {
            fields: self.fields.into_iter(),
            next: None,
        })
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct Walk {
    fields: std::vec::IntoIter<(String, Vec<String>)>,
    next: Option<(String, Vec<String>)>,
}

impl<'de> MapAccess<'de> for Walk {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        self.next = self.fields.next();
        let name: Option<StrDeserializer<'_, Unreadable>> = self
            .next
            .as_ref()
            .map(|(name, _)| name.as_str().into_deserializer());
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unreadable> {
        let (name, values) = self.next.take().unwrap_or_default();
        seed.deserialize(Values(values)).map_err(|Unreadable(why)| {
            Unreadable(format!("The answer to \"{name}\" cannot be read: {why}."))
        })
    }
}

/// The values of one field; where one is wanted, the last one sent.
struct Values(Vec<String>);

impl Values {
    fn last(mut self) -> String {
        self.0.pop().unwrap_or_default()
    }

    fn parse<T: std::str::FromStr>(self, what: &str) -> Result<T, Unreadable> {
        self.last()
            .trim()
            .parse()
            .map_err(|_| Unreadable(format!("it is not {what}")))
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident $what:literal;)+) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.parse($what)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for Values {
    type Error = Unreadable;

    numbers! {
        deserialize_i8 visit_i8 "a whole number in range";
        deserialize_i16 visit_i16 "a whole number in range";
        deserialize_i32 visit_i32 "a whole number in range";
        deserialize_i64 visit_i64 "a whole number in range";
        deserialize_u8 visit_u8 "a whole number in range";
        deserialize_u16 visit_u16 "a whole number in range";
        deserialize_u32 visit_u32 "a whole number in range";
        deserialize_u64 visit_u64 "a whole number in range";
        deserialize_f32 visit_f32 "a number";
        deserialize_f64 visit_f64 "a number";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_string(self.last())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.last().as_str() {
            "on" | "true" | "yes" | "1" => visitor.visit_bool(true),
            "" | "off" | "false" | "no" | "0" => visitor.visit_bool(false),
            _ => Err(Unreadable("it is neither yes nor no".to_owned())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.iter().all(|value| value.trim().is_empty()) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(Each(self.0.into_iter()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(Choice(self.last()))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

struct Each(std::vec::IntoIter<String>);

impl<'de> SeqAccess<'de> for Each {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        self.0
            .next()
            .map(|value| seed.deserialize(Values(vec![value])))
            .transpose()
    }
}

/// One of an enum's names.
struct Choice(String);

impl<'de> EnumAccess<'de> for Choice {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Unreadable> {
        let name: StrDeserializer<'_, Unreadable> = self.0.as_str().into_deserializer();
        let value = seed
            .deserialize(name)
            .map_err(|_: Unreadable| Unreadable("it is none of the choices".to_owned()))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Choice {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Unreadable> {
        Err(Unreadable("it is none of the choices".to_owned()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable("it is none of the choices".to_owned()))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unreadable> {
        Err(Unreadable("it is none of the choices".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use keelson_domain::SupplierId;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Frame,
        Service,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Answers {
        name: String,
        kind: Kind,
        supplier: Option<SupplierId>,
        #[serde(default)]
        roles: Vec<String>,
        #[serde(default)]
        renew: bool,
        days: Option<u32>,
    }

    fn form(text: &str) -> Result<Answers, String> {
        read(text.as_bytes(), true).map_err(|error| error.to_string())
    }

    #[test]
    fn answers_become_a_type() {
        let answers =
            form("name=A+%26+B&kind=service&supplier=7&roles=a&roles=b&renew=on&days=").unwrap();
        assert_eq!(
            answers,
            Answers {
                name: "A & B".to_owned(),
                kind: Kind::Service,
                supplier: Some(SupplierId(7)),
                roles: vec!["a".to_owned(), "b".to_owned()],
                renew: true,
                days: None,
            }
        );
        let fewest = form("name=&kind=frame").unwrap();
        assert_eq!(
            (fewest.supplier, fewest.roles.len(), fewest.renew),
            (None, 0, false)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_and_named() {
        for (text, says) in [
            ("name=A&kind=frame&status=approved", "no field \"status\""),
            (
                "name=A&kind=lease",
                "\"kind\" cannot be read: it is none of the choices",
            ),
            ("name=A&kind=frame&days=-1", "\"days\" cannot be read"),
            (
                "name=A&kind=frame&supplier=9223372036854775808",
                "\"supplier\" cannot be read",
            ),
            ("name=A&kind=frame&renew=perhaps", "neither yes nor no"),
            ("kind=frame", "name"),
        ] {
            let error = form(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_may_carry_more_than_is_asked() {
        #[derive(Debug, Deserialize)]
        struct Asked {
            #[serde(default)]
            page: u32,
            q: Option<String>,
        }
        let asked: Asked = read(b"utm_source=mail&page=2&q=", false).unwrap();
        assert_eq!((asked.page, asked.q), (2, None));
        assert!(read::<Asked>(b"page=-1", false).is_err());
        let nothing: Asked = read(b"", false).unwrap();
        assert_eq!(nothing.page, 0);
    }
}
