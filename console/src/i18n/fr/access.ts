import type { Dictionary } from '../en.ts';

export const access: Dictionary['access'] = {
  roles: { owner: 'Propriétaire', admin: 'Administrateur', agent: 'Agent', viewer: 'Lecteur' },
  roleHints: {
    owner: 'Tout, y compris nommer les autres propriétaires.',
    admin: 'Tout, sauf nommer des propriétaires.',
    agent: 'Travaille avec les numéros ; ne change aucun réglage.',
    viewer: 'Consulte ; ne change rien.',
  },
  needs: 'Votre rôle ne le permet pas : il faut « {{permission}} ».',
  permissions: {
    'company:read': "Voir l'entreprise",
    'company:update': "Modifier l'entreprise",
    'members:read': 'Voir les membres',
    'members:manage': 'Gérer les membres',
    'api_keys:manage': "Gérer les clés d'API",
    'audit:read': "Lire le journal d'audit",
    'provider_accounts:read': 'Voir les comptes fournisseurs',
    'provider_accounts:manage': 'Gérer les comptes fournisseurs',
    'gigs:read': 'Voir les gigs',
    'gigs:manage': 'Gérer les gigs',
    'numbers:read': 'Voir les numéros',
    'numbers:buy': 'Acheter des numéros',
    'numbers:manage': 'Gérer les numéros',
    'compliance:read': 'Voir les dossiers',
    'compliance:submit': 'Remplir les dossiers',
  },
  groups: {
    company: 'Entreprise',
    members: 'Membres',
    api_keys: "Clés d'API",
    audit: "Journal d'audit",
    provider_accounts: 'Comptes fournisseurs',
    gigs: 'Gigs',
    numbers: 'Numéros',
    compliance: 'Conformité',
  },
};
