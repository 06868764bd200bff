module "service" {
  source = "./service"
  orders = {
    enabled = true
  }

  tags = {
    managed = "true"
    team    = "users"
  }
}
