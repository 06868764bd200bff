import web
import users

web.serve(users.router)
