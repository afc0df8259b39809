using System.Diagnostics.CodeAnalysis;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Who is registered, by identifier, user, UDP source, connection and expiry: each look-up and each change costs the same however
/// many there are.
/// </summary>
internal sealed class RegistrationTable
{
    private readonly Dictionary<string, RegisteredClient> _clients = [];
    private readonly Dictionary<string, Registration[]> _ofUser = [];
    private readonly Dictionary<string, RegisteredClient> _ofUdpSource = [];
    private readonly Dictionary<SipFlow, RegisteredClient> _ofConnection = [];
    private readonly ExpiryHeap _expiries = new();

    public int Count => _clients.Count;

    public IEnumerable<Registration> Values => _clients.Values.Select(client => client.Registration);

    public bool ContainsKey(string id) => _clients.ContainsKey(id);

    public Registration? GetValueOrDefault(string id) => _clients.GetValueOrDefault(id)?.Registration;

    public bool TryGetValue(string id, [NotNullWhen(true)] out Registration? registration)
    {
        registration = GetValueOrDefault(id);
        return registration is not null;
    }

    /// <summary>The user's clients, the one that registered first first.</summary>
    public IReadOnlyList<Registration> Of(string mcpttId) => _ofUser.GetValueOrDefault(mcpttId) ?? [];

    /// <summary>The MCPTT ID whose client registered from this UDP address, or null.</summary>
    public string? UserOfUdpSource(string source) => _ofUdpSource.GetValueOrDefault(source)?.Registration.McpttId;

    /// <summary>What the client is reached over: an open connection, or where its datagrams came from.</summary>
    public SipFlow? FlowOf(string id) => _clients.GetValueOrDefault(id)?.Flow;

    /// <summary>It came from the store and was not refreshed since: the client may have missed notices.</summary>
    public bool IsRestored(string id) => _clients.GetValueOrDefault(id)?.IsRestored == true;

    public void Restore(Registration registration) => Set(registration, flow: null, isRestored: true);

    public void Set(Registration registration, SipFlow flow) => Set(registration, flow, isRestored: false);

    public bool Remove(string id, [NotNullWhen(true)] out Registration? registration)
    {
        registration = null;
        if (!_clients.Remove(id, out RegisteredClient? client))
            return false;
        registration = client.Registration;
        Unbind(client);
        _expiries.Remove(client);
        Registration[] others = [.. _ofUser[registration.McpttId].Where(other => other.Id != id)];
        if (others.Length > 0)
            _ofUser[registration.McpttId] = others;
        else
            _ofUser.Remove(registration.McpttId);
        return true;
    }

    /// <summary>The connection closed: nobody is reached over it any more.</summary>
    public void FlowClosed(SipFlow flow)
    {
        _ofConnection.Remove(flow, out RegisteredClient? client);
        while (client is not null)
        {
            RegisteredClient? next = client.After;
            (client.Flow, client.Before, client.After) = (null, null, null);
            client = next;
        }
    }

    /// <summary>The registration that ends first, if that is by now.</summary>
    public bool TryGetExpired(DateTimeOffset time, [NotNullWhen(true)] out Registration? registration)
    {
        registration = _expiries.First?.Registration;
        return registration?.ExpiresAt <= time;
    }

    private void Set(Registration registration, SipFlow? flow, bool isRestored)
    {
        if (_clients.TryGetValue(registration.Id, out RegisteredClient? client))
        {
            Unbind(client);
            Registration[] clients = _ofUser[registration.McpttId];
            clients[Array.FindIndex(clients, other => other.Id == registration.Id)] = registration;
            client.Registration = registration;
            _expiries.Update(client);
        }
        else
        {
            client = new RegisteredClient(registration);
            _clients.Add(registration.Id, client);
            _ofUser[registration.McpttId] = [.. Of(registration.McpttId), registration];
            _expiries.Add(client);
        }
        client.IsRestored = isRestored;
        Bind(client, flow);
    }

    private void Bind(RegisteredClient client, SipFlow? flow)
    {
        client.Flow = flow;
        if (client.Registration.Transport == SipTransportKind.Udp)
            _ofUdpSource[client.Registration.Source] = client;
        if (flow is not { Connection: not 0 } connection)
            return;
        client.After = _ofConnection.GetValueOrDefault(connection);
        if (client.After is { } after)
            after.Before = client;
        _ofConnection[connection] = client;
    }

    private void Unbind(RegisteredClient client)
    {
        string source = client.Registration.Source;
        if (_ofUdpSource.GetValueOrDefault(source) == client)
            _ofUdpSource.Remove(source);
        if (client.After is { } after)
            after.Before = client.Before;
        if (client.Before is { } before)
            before.After = client.After;
        else if (client.Flow is { Connection: not 0 } connection && client.After is { } first)
            _ofConnection[connection] = first;
        else if (client.Flow is { Connection: not 0 } alone)
            _ofConnection.Remove(alone);
        (client.Flow, client.Before, client.After) = (null, null, null);
    }
}
