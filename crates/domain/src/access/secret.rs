use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::CryptoRng;
use sha2::{Digest as _, Sha256};

/// 256 random bits that let somebody in: a session's token or a link's. Kept as its digest, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads what a cookie or an address carries. Anything that [`reveal`](Self::reveal) did not write is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The token itself, for the cookie or the address. 43 characters.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database keeps. 256 random bits need no salt and no slow hash: nobody can try them all.
    pub fn digest(&self) -> String {
        digest_of(&self.0)
    }
}

/// The token never reaches a log through `{:?}`.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::Secret;

    #[test]
    fn a_secret_survives_its_address_and_stays_out_of_debug() {
        let secret = Secret::draw(&mut StdRng::seed_from_u64(1));
        let text = secret.reveal();
        assert_eq!(text.len(), 43);
        assert_eq!(Secret::parse(&text), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains(&text));
        assert_ne!(secret.digest(), text);
    }

    #[test]
    fn what_is_no_secret_is_none() {
        for text in [
            "",
            "a",
            "====",
            &"A".repeat(42),
            &"A".repeat(44),
            &"ä".repeat(43),
        ] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
    }
}
