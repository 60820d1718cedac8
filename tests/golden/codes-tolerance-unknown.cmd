codes unpaded-isa
