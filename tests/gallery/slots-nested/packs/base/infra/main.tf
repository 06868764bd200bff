module "service" {
  source = "./service"
  # slot: variables

  tags = {
    managed = "true"
    # slot: tags
  }
}
