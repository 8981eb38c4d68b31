"""What it costs the business: orders lost or delayed, money that is wrong, customers affected."""
