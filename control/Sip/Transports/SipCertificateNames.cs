using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>Whom a certificate speaks for in SIP (RFC 5922 7.1): never by wildcard.</summary>
public sealed class SipCertificateNames
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string SipScheme = "sip:";

    private readonly List<string> _domains = [];
    private readonly List<IPAddress> _addresses = [];

    private SipCertificateNames()
    {
    }

    /// <summary>
    /// The SIP domains: those of <c>sip:domain</c> URIs, else the DNS names, else, without alternative names, the common name.
    /// </summary>
    public IReadOnlyList<string> Domains => _domains;

    public static SipCertificateNames Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var names = new SipCertificateNames();
        X509Extension? alternatives = certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == SubjectAlternativeName);
        if (alternatives is not null)
            names.Read(alternatives.RawData);
        else if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } name && IsDomain(name))
            names._domains.Add(name);
        return names;
    }

    /// <summary>RFC 5922 7.2 for a domain; an address must stand in the certificate as an address.</summary>
    public bool SpeakFor(string domainOrAddress) => IPAddress.TryParse(domainOrAddress, out IPAddress? address)
        ? _addresses.Contains(address)
        : _domains.Exists(domain => domain.Equals(domainOrAddress, StringComparison.OrdinalIgnoreCase));

    private void Read(byte[] alternatives)
    {
        var uriDomains = new List<string>();
        try
        {
            AsnReader list = new AsnReader(alternatives, AsnEncodingRules.DER).ReadSequence();
            while (list.HasData)
            {
                Asn1Tag tag = list.PeekTag();
                switch (tag.TagClass == TagClass.ContextSpecific ? tag.TagValue : -1)
                {
                    case 2:
                        Add(_domains, list.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                        break;
                    case 6:
                        string uri = list.ReadCharacterString(UniversalTagNumber.IA5String, tag);
                        // A URI with a user part names a user, not a domain.
                        if (uri.StartsWith(SipScheme, StringComparison.OrdinalIgnoreCase))
                            Add(uriDomains, uri[SipScheme.Length..]);
                        break;
                    case 7:
                        byte[] octets = list.ReadOctetString(tag);
                        if (octets.Length is 4 or 16)
                            _addresses.Add(new IPAddress(octets));
                        break;
                    default:
                        list.ReadEncodedValue();
                        break;
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or DecoderFallbackException)
        {
            _domains.Clear();
            _addresses.Clear();
            return;
        }
        if (uriDomains.Count > 0)
        {
            _domains.Clear();
            _domains.AddRange(uriDomains);
        }
    }

    private static void Add(List<string> domains, string name)
    {
        if (IsDomain(name))
            domains.Add(name);
    }

    private static bool IsDomain(string name) =>
        name.Length is > 0 and < 256 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');
}
