"""The right to be forgotten, and the other rights of a customer.

Each package uses those below it and none above (a contract of `make lint`); siblings do not know each other:

closing | staff         an account closes; what the house holds on members
rights | dossier        rectification, restriction, objection; a copy for the customer
requests | execution    raised, confirmed, approved, cancelled; carried out
external                tasks for other systems
proof                   figures, samples, certificate
residue                 the search for what is left
planning                the plan and what people decide in it
discovery | cases       whom and what it is about; case file, rules, clocks, letters

Above them stand the faces (`views`, `admin`, `tasks`, `management`); below, models, codes, words, errors and entries.
"""
