//! The invented world: categories, countries and the words that company names are made of. Nobody here exists.

/// What suppliers sell, and how that market behaves.
#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// What company names in this trade are made of, in no language in particular.
    pub(crate) trade: &'static str,
    pub(crate) items: &'static [&'static str],
    pub(crate) unit: &'static str,
    /// Cents per unit, cheapest and dearest item.
    pub(crate) price: (i64, i64),
    /// Units per order line.
    pub(crate) lot: (i64, i64),
    pub(crate) lead_days: i64,
    /// How concentrated the market is, 0 to 1 million.
    pub(crate) market_hhi_ppm: i64,
    /// How much the company's own work depends on it, 1 to 5.
    pub(crate) impact: i64,
    /// Share of all suppliers, in percent.
    pub(crate) share: u32,
}

macro_rules! category {
    ($code:literal $name:literal $trade:literal [$($item:literal),+] $unit:literal $price:expr, $lot:expr, $lead:literal d, $hhi:literal, impact $impact:literal, share $share:literal) => {
        Category {
            code: $code, name: $name, trade: $trade, items: &[$($item),+], unit: $unit, price: $price, lot: $lot,
            lead_days: $lead, market_hhi_ppm: $hhi, impact: $impact, share: $share,
        }
    };
}

pub(crate) const CATEGORIES: &[Category] = &[
    category!("CAST" "Castings" "Castings" ["Pump housing HP-40", "Valve body VB-12", "Gear case GC-7", "Bracket, ductile iron", "Impeller blank"] "pc" (1_800, 42_000), (5, 60), 42 d, 160_000, impact 5, share 6),
    category!("FORG" "Forgings" "Forge" ["Crank shaft blank", "Flange DN80", "Connecting rod", "Ring, rolled 400"] "pc" (2_500, 38_000), (5, 50), 49 d, 180_000, impact 4, share 4),
    category!("MACH" "Machined parts" "Precision" ["Shaft S-22", "Spindle nose", "Sleeve, ground", "Piston P-9", "Manifold block"] "pc" (900, 26_000), (10, 120), 28 d, 60_000, impact 4, share 11),
    category!("BEAR" "Bearings" "Bearings" ["Deep groove 6208", "Angular contact 7210", "Ceramic hybrid set", "Needle cage"] "pc" (350, 18_000), (20, 300), 35 d, 240_000, impact 5, share 3),
    category!("MOTR" "Motors and drives" "Drives" ["Servo motor 1.5 kW", "Gear motor 0.75 kW", "Inverter 5.5 kW"] "pc" (14_000, 120_000), (1, 12), 56 d, 170_000, impact 5, share 4),
    category!("ELEC" "Electronics" "Electronics" ["Controller board CB-4", "Power supply 24 V", "Display module 7 in", "Relay board"] "pc" (1_200, 22_000), (20, 250), 63 d, 120_000, impact 5, share 7),
    category!("SENS" "Sensors" "Sensors" ["Pressure sensor 0-16 bar", "Flow meter DN25", "Proximity switch M12", "Temperature probe"] "pc" (1_500, 19_000), (10, 150), 35 d, 140_000, impact 4, share 4),
    category!("FAST" "Fasteners" "Fasteners" ["Hex bolt M8x40", "Locking nut M10", "Washer A2 M12", "Stud M16x90"] "100 pc" (400, 4_500), (10, 200), 14 d, 30_000, impact 2, share 8),
    category!("PLAS" "Plastic parts" "Plastics" ["Cover, ABS", "Cable guide", "Handle, glass filled", "Knob 40 mm"] "pc" (60, 1_900), (200, 3_000), 30 d, 50_000, impact 3, share 9),
    category!("SEAL" "Seals and elastomers" "Seals" ["O-ring 42x3 FKM", "Shaft seal 35-52", "Gasket set G-5", "Bellows"] "pc" (25, 2_600), (100, 2_000), 21 d, 150_000, impact 4, share 5),
    category!("CERA" "Technical ceramics" "Ceramics" ["Ceramic bearing ring", "Nozzle, zirconia", "Insulator C-3"] "pc" (2_200, 28_000), (5, 40), 70 d, 310_000, impact 5, share 1),
    category!("STEL" "Steel and plate" "Steel" ["Plate S355 10 mm", "Round bar 42CrMo4", "Tube 60x5"] "kg" (95, 480), (300, 4_000), 21 d, 90_000, impact 3, share 6),
    category!("HYDR" "Hydraulics" "Hydraulics" ["Cylinder 63/36", "Valve block 4/3", "Hose assembly 2SN"] "pc" (3_500, 45_000), (2, 30), 42 d, 130_000, impact 4, share 4),
    category!("FILT" "Filters and media" "Filtration" ["Filter element FE-200", "Coarse mesh", "Activated carbon pad"] "pc" (700, 8_000), (10, 120), 21 d, 100_000, impact 3, share 3),
    category!("CABL" "Cables and harnesses" "Cable" ["Harness H-11", "Sensor cable 5 m", "Motor cable 4x2.5"] "pc" (500, 9_500), (20, 200), 28 d, 70_000, impact 3, share 5),
    category!("COAT" "Surface treatment" "Coatings" ["Anodising, per basket", "Zinc nickel, per kg", "Powder coating RAL 7016"] "job" (4_000, 30_000), (1, 10), 10 d, 60_000, impact 3, share 3),
    category!("TOOL" "Tooling" "Tools" ["Insert CNMG 120408", "Drill 8.5 carbide", "Fixture FX-2"] "pc" (800, 60_000), (1, 40), 20 d, 110_000, impact 2, share 4),
    category!("PACK" "Packaging" "Packaging" ["Carton 600x400", "Pallet, export", "Foam inlay"] "pc" (45, 1_800), (200, 2_500), 10 d, 20_000, impact 1, share 5),
    category!("FRGT" "Freight" "Logistics" ["Groupage, per pallet", "Full load EU", "Express parcel"] "job" (6_000, 140_000), (1, 8), 5 d, 40_000, impact 3, share 3),
    category!("MROS" "Maintenance supplies" "Supply" ["Gloves, box", "Lubricant 20 l", "Cleaning cloth roll", "Abrasive disc"] "pc" (300, 7_500), (5, 60), 7 d, 10_000, impact 1, share 5),
];

/// A country with its companies' habits.
#[derive(Debug)]
pub(crate) struct Country {
    pub(crate) code: &'static str,
    pub(crate) cities: &'static [&'static str],
    pub(crate) street: &'static str,
    /// The first and the second part of company names: each pair is one name.
    pub(crate) heads: &'static [&'static str],
    pub(crate) tails: &'static [&'static str],
    pub(crate) forms: &'static [&'static str],
    pub(crate) given: &'static [&'static str],
    pub(crate) family: &'static [&'static str],
    pub(crate) share: u32,
    /// How likely its deliveries are disrupted, 0 to 10,000 hundredths, before the supplier's own circumstances.
    pub(crate) risk_centi: i64,
}

macro_rules! country {
    ($code:literal in [$($city:literal),+] $street:literal [$($head:literal),+] + [$($tail:literal),+] as [$($form:literal),+]
     by [$($given:literal),+] [$($family:literal),+] share $share:literal risk $risk:literal) => {
        Country {
            code: $code, cities: &[$($city),+], street: $street, heads: &[$($head),+], tails: &[$($tail),+],
            forms: &[$($form),+], given: &[$($given),+], family: &[$($family),+], share: $share, risk_centi: $risk,
        }
    };
}

pub(crate) const COUNTRIES: &[Country] = &[
    country!("DE" in ["Aalen", "Chemnitz", "Solingen", "Bielefeld", "Schweinfurt", "Ulm"] "Industriestraße"
        ["Al", "Bram", "Dorn", "Eich", "Falken", "Grün", "Hart", "Kalt", "Linden", "Morgen", "Nieder", "Oster", "Rhein", "Sauer", "Silber", "Stein", "Tannen", "Ulmen", "Wester", "Winter"] + ["bach", "berg", "brück", "feld", "hof", "kamp", "stedt", "tal", "wald", "rode"]
        as ["GmbH", "GmbH", "GmbH & Co. KG", "AG", "KG"] by ["Jonas", "Katrin", "Felix", "Heike", "Sven", "Anja", "Torsten", "Birgit"] ["Wenzel", "Krämer", "Vogt", "Schuster", "Brandt", "Lorenz", "Engel", "Winkler"] share 24 risk 1200),
    country!("SE" in ["Jönköping", "Västerås", "Skövde", "Borås"] "Industrigatan"
        ["Norr", "Söder", "Lind", "Kråk", "Björk", "Hjäl", "Stor", "Älv", "Ek", "Gran"] + ["vik", "fors", "sund", "näs", "holm", "dal"]
        as ["AB"] by ["Marta", "Erik", "Linnea", "Oskar"] ["Ekström", "Lindqvist", "Sjöberg", "Nyström"] share 6 risk 1000),
    country!("IT" in ["Brescia", "Bergamo", "Modena", "Vicenza", "Lecco"] "Via dell’Industria"
        ["Monte", "Val", "Seri", "Bren", "Gar", "Lari", "Oro", "Cis", "Ada", "Tici"] + ["bello", "dora", "mella", "nova", "riana", "stella", "vera", "zano"]
        as ["S.r.l.", "S.r.l.", "S.p.A."] by ["Giulia", "Marco", "Elena", "Davide"] ["Ferrari", "Moretti", "Galli", "Conti"] share 11 risk 2000),
    country!("FR" in ["Grenoble", "Saint-Étienne", "Cholet", "Roanne"] "Rue de l’Industrie"
        ["Clair", "Haut", "Beau", "Font", "Roche", "Mont", "Aigue", "Vert"] + ["court", "fort", "mont", "vigne", "lieu", "rive", "combe", "lac"]
        as ["SAS", "SARL", "SA"] by ["Camille", "Julien", "Claire", "Bastien"] ["Moreau", "Garnier", "Lefèvre", "Chevalier"] share 7 risk 1600),
    country!("PL" in ["Gdynia", "Rzeszów", "Bielsko-Biała", "Poznań"] "ul. Przemysłowa"
        ["Balt", "Karp", "Wisl", "Sud", "Mazu", "Podh", "Kasz", "Zamo", "Bysz", "Gnie"] + ["ex", "mar", "met", "pol", "tech", "rem", "form"]
        as ["Sp. z o.o.", "Sp. z o.o.", "S.A."] by ["Agnieszka", "Tomasz", "Ewa", "Paweł"] ["Nowak", "Wójcik", "Zieliński", "Mazur"] share 9 risk 2200),
    country!("CZ" in ["Brno", "Plzeň", "Ostrava"] "Průmyslová"
        ["Mora", "Vlta", "Beski", "Jese", "Labi", "Orli", "Sáza"] + ["met", "stroj", "form", "tech", "kov", "mont"]
        as ["s.r.o.", "a.s."] by ["Petra", "Tomáš", "Lucie"] ["Novotná", "Dvořák", "Svoboda"] share 5 risk 1700),
    country!("NL" in ["Eindhoven", "Enschede", "Dordrecht"] "Industrieweg"
        ["Maas", "Veen", "Zee", "Waal", "Kemp", "Grave", "Oost", "Hoge"] + ["land", "horst", "veld", "hoek", "stroom", "berg"]
        as ["B.V.", "N.V."] by ["Sanne", "Daan", "Femke"] ["de Vries", "Bakker", "Visser"] share 5 risk 1100),
    country!("BE" in ["Gent", "Liège"] "Nijverheidslaan"
        ["Schelde", "Leie", "Ard", "Haspen", "Dender", "Zenne"] + ["veld", "land", "gouw", "mont", "dal"]
        as ["BV", "NV"] by ["Lotte", "Pieter"] ["Peeters", "Maes"] share 2 risk 1300),
    country!("AT" in ["Steyr", "Graz", "Linz"] "Werkstraße"
        ["Enns", "Traun", "Kar", "Mürz", "Salz", "Ötz", "Zill"] + ["bach", "gau", "wendel", "stein", "eck"]
        as ["GmbH", "AG"] by ["Lukas", "Eva"] ["Gruber", "Hofer"] share 4 risk 1100),
    country!("ES" in ["Bilbao", "Zaragoza", "Vitoria"] "Calle de la Industria"
        ["Canta", "Ebro", "Nervi", "Piri", "Alba", "Cord", "Naval"] + ["nor", "sur", "via", "mar", "zal", "lar"]
        as ["S.L.", "S.A."] by ["Lucía", "Javier"] ["Navarro", "Ortega"] share 4 risk 2100),
    country!("FI" in ["Tampere", "Oulu"] "Teollisuuskatu"
        ["Sai", "Ky", "Pir", "Kal", "Haa", "Lep", "Tam"] + ["maa", "kka", "ranta", "järvi", "koski", "niemi"]
        as ["Oy"] by ["Aino", "Mikko"] ["Virtanen", "Laine"] share 2 risk 1000),
    country!("DK" in ["Odense", "Aalborg"] "Industrivej"
        ["Lim", "Fyn", "Sønder", "Vester", "Øster", "Skov", "Hede"] + ["borg", "dal", "gaard", "havn", "lund"]
        as ["A/S", "ApS"] by ["Freja", "Mads"] ["Sørensen", "Holm"] share 2 risk 1000),
    country!("GB" in ["Sheffield", "Coventry", "Stoke-on-Trent"] "Foundry Lane"
        ["Pen", "Sever", "Cots", "Tyne", "Ash", "Brack", "Hollow", "Thorn", "Wex"] + ["bourne", "combe", "dale", "field", "ford", "ley", "wick"]
        as ["Ltd", "Ltd", "PLC"] by ["Harriet", "Owen"] ["Whitfield", "Pryce"] share 4 risk 2000),
    country!("CH" in ["Winterthur", "Biel"] "Fabrikstrasse"
        ["Aar", "Jur", "Sänt", "Em", "Thur", "Lint"] + ["bach", "matt", "wil", "egg", "au"]
        as ["AG"] by ["Nina", "Reto"] ["Keller", "Zumsteg"] share 2 risk 900),
    country!("JP" in ["Nagano", "Hamamatsu"] "Kogyo-dori"
        ["Kiso", "Asa", "Haya", "Mina", "Taka", "Shira", "Mori", "Naga"] + ["gawa", "yama", "mura", "saki", "hara", "shima"]
        as ["K.K."] by ["Haruka", "Kenji"] ["Tanaka", "Mori"] share 2 risk 2800),
    country!("CN" in ["Ningbo", "Suzhou", "Dongguan"] "Gongye Road"
        ["Jin", "Dong", "Xin", "Heng", "Rui", "Tian", "Hua", "Bao"] + ["hai", "he", "lu", "tai", "feng", "sheng", "yuan"]
        as ["Co., Ltd."] by ["Li", "Wei"] ["Zhang", "Chen"] share 4 risk 4200),
    country!("VN" in ["Hai Phong", "Bien Hoa"] "Đường Công Nghiệp"
        ["Sông ", "Minh ", "An ", "Phú ", "Hòa ", "Tân "] + ["Hồng", "Long", "Thành", "Sơn", "Bình"]
        as ["JSC"] by ["Linh", "Quang"] ["Nguyen", "Tran"] share 1 risk 3800),
    country!("IN" in ["Pune", "Coimbatore"] "Industrial Estate Road"
        ["Dek", "Sahya", "Kave", "Vind", "Aru", "Nila", "Goda"] + ["dri", "ri", "hya", "giri", "puram", "nath"]
        as ["Pvt Ltd"] by ["Priya", "Arjun"] ["Iyer", "Kulkarni"] share 2 risk 3700),
    country!("US" in ["Dayton", "Rockford"] "Industrial Parkway"
        ["Cedar", "Iron", "Lake", "Mill", "Stone", "Pine", "Fair", "North"] + ["brook", "field", "ridge", "port", "view", "haven"]
        as ["Inc.", "LLC"] by ["Megan", "Tyler"] ["Hayes", "Porter"] share 2 risk 1800),
    country!("MX" in ["Monterrey"] "Avenida Industria"
        ["Sierra ", "Valle ", "Río ", "Monte ", "Bahía "] + ["Alta", "Azul", "Norte", "Verde", "Claro"]
        as ["S.A. de C.V."] by ["Ximena", "Diego"] ["Herrera", "Salas"] share 1 risk 3600),
    country!("TR" in ["Bursa"] "Sanayi Caddesi"
        ["Mar", "Ulu", "Ege", "Ana", "Top", "Kara"] + ["dağ", "mar", "sel", "taş", "kent", "pınar"]
        as ["A.Ş."] by ["Elif", "Emre"] ["Yılmaz", "Demir"] share 1 risk 4000),
];

/// Second words of company names, for when every pair of a country is taken.
pub(crate) const SUFFIXES: &[&str] = &[
    "Technik",
    "Industries",
    "Works",
    "Group",
    "Systems",
    "Components",
    "Partners",
    "Nova",
    "Plus",
];
