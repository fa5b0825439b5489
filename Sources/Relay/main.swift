await serve()
