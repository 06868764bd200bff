import web
import orders

web.serve(orders.router)
