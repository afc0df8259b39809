using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// What a 200 said is true is in the store. Learns what was promised from the requests and from the 200s the server put on the
/// wire, so a server that answers first and stores later is caught by the next kill.
/// </summary>
internal sealed class DurabilityChecker
{
    private readonly Dictionary<string, SipRequest> _requests = [];
    private readonly Dictionary<string, (string CallId, uint CSeq)?> _registrations = [];
    private readonly Dictionary<string, string[]> _affiliations = [];
    private readonly Dictionary<string, bool> _regroups = [];
    private readonly Dictionary<string, string> _mcpttIds = SimOrganisation.Names.ToDictionary(SimOrganisation.SipIdentity, SimOrganisation.McpttId);

    public int Promises { get; private set; }

    public void ClientSends(SipRequest request)
    {
        if (request.Method is SipMethods.Register or SipMethods.Publish or SipMethods.Message)
            _requests[KeyOf(request)] = request;
    }

    /// <summary>Every SIP message as it leaves the server.</summary>
    public void ServerSends(byte[] octets)
    {
        if (!octets.AsSpan().StartsWith("SIP/2.0 200"u8) ||
            SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message) != SipParseOutcome.Ok ||
            !_requests.Remove(KeyOf(message!), out SipRequest? request))
            return;
        Promises++;
        string mcpttId = _mcpttIds[request.From!.Uri.AddressOfRecord];
        Dictionary<string, MimePart> parts = MultipartBody.PartsOf(request).ToDictionary(part => part.MediaType);
        switch (request.Method)
        {
            case SipMethods.Register:
                _ = McpttInfo.TryParse(parts[ContentTypes.McpttInfo].Body, out McpttInfo info, out _);
                string client = $"{mcpttId} {info.ClientId}";
                bool ends = request.Headers.Get("Expires") == "0";
                _registrations[client] = ends ? null : (request.CallId, request.CSeq.Number);
                if (ends)
                    _affiliations[client] = [];
                break;
            case SipMethods.Publish:
                _ = AffiliationDocument.TryParse(parts[ContentTypes.Pidf].Body, out AffiliationDocument document, out _);
                _affiliations[$"{mcpttId} {document.ClientId}"] = request.Headers.Get("Expires") == "0" ? [] : [.. document.Groups];
                break;
            case SipMethods.Message when parts.ContainsKey(ContentTypes.KeyRotation) || parts.ContainsKey(ContentTypes.MbmsUsageInfo):
                break;
            default:
                _ = RegroupBody.TryParse(parts[ContentTypes.McpttRegroup].Body, out RegroupBody regroup, out _);
                _regroups[regroup.RegroupUri] = regroup.Action == RegroupAction.Create;
                break;
        }
    }

    /// <summary>The server died after it committed and before it answered: these changes hold although nobody was told.</summary>
    public void CommittedUnanswered(IReadOnlyList<StoreChange> changes)
    {
        foreach (StoreChange change in changes)
        {
            switch (change)
            {
                case StoreChange.Put { Record: Registration registration }:
                    _registrations[registration.Id] = (registration.Bindings[0].CallId, registration.Bindings[0].CSeq);
                    break;
                case StoreChange.Put { Record: Affiliation affiliation }:
                    _affiliations[affiliation.Id] = [.. affiliation.Groups];
                    break;
                case StoreChange.Put { Record: PreconfiguredRegroup regroup }:
                    _regroups[regroup.Id] = true;
                    break;
                case StoreChange.Delete delete when delete.Kind == typeof(Registration):
                    _registrations[delete.Id] = null;
                    break;
                case StoreChange.Delete delete when delete.Kind == typeof(Affiliation):
                    _affiliations[delete.Id] = [];
                    break;
                case StoreChange.Delete delete when delete.Kind == typeof(PreconfiguredRegroup):
                    _regroups[delete.Id] = false;
                    break;
            }
        }
    }

    public void Check(SimStore store)
    {
        var wrong = new StringBuilder();
        foreach ((string id, (string CallId, uint CSeq)? promised) in _registrations)
        {
            Registration? stored = store.Find<Registration>(id);
            if (promised?.CallId != stored?.Bindings[0].CallId || promised?.CSeq != stored?.Bindings[0].CSeq)
                wrong.Append(System.Globalization.CultureInfo.InvariantCulture, $" registration {id} {promised} is stored as {stored?.Bindings[0].CallId}/{stored?.Bindings[0].CSeq};");
        }
        foreach ((string id, string[] promised) in _affiliations)
        {
            IReadOnlyList<string> stored = store.Find<Affiliation>(id)?.Groups ?? [];
            if (!promised.Order().SequenceEqual(stored.Order()))
                wrong.Append(System.Globalization.CultureInfo.InvariantCulture, $" affiliation {id} to [{string.Join(' ', promised)}] is stored as [{string.Join(' ', stored)}];");
        }
        foreach ((string id, bool promised) in _regroups)
        {
            if (promised != (store.Find<PreconfiguredRegroup>(id) is not null))
                wrong.Append(System.Globalization.CultureInfo.InvariantCulture, $" regroup {id} was acknowledged as {(promised ? "formed" : "cancelled")};");
        }
        if (wrong.Length > 0)
            throw new SimulationException("what was acknowledged is not durable:" + wrong);
    }

    private static string KeyOf(SipMessage message) => $"{message.CallId} {message.CSeq}";
}
