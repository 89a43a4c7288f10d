import type { Template } from '../architect.ts'
import type { Domain } from '../settings.ts'
import { API, requireResource } from './template.ts'

/** Gives the API a domain, with a certificate that exists already. Without a domain the template stays as it is. */
export function addDomain(template: Template, domain: Domain | null): void {
  if (domain === null) return
  requireResource(template, API).Properties.Domain = {
    DomainName: domain.name,
    CertificateArn: domain.certificate,
    SecurityPolicy: 'TLS_1_2',
  }
  template.Outputs.DomainTarget = {
    Description: `Make a CNAME record of ${domain.name} with this value`,
    // SAM makes the domain, and replaces this name by that of the generated resource.
    Value: { 'Fn::GetAtt': [`${API}.DomainName`, 'RegionalDomainName'] },
  }
}
