//! The committed JSON Schemas equal the types, and the records keep to them.

use dateline::record::schema;

use crate::golden;

#[test]
fn committed_schemas_equal_the_types() {
    for (name, value) in schema::all() {
        let file = format!("config/schemas/{}.json", name.replacen('/', "-", 1));
        golden::compare(&file, &format!("{value:#}\n"));
    }
}
