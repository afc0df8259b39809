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
    private readonly Dictionary<string, RegisteredFlow> _ofUdpSource = [];
    private readonly Dictionary<SipFlow, RegisteredFlow> _ofConnection = [];
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
    public string? UserOfUdpSource(string source) => _ofUdpSource.GetValueOrDefault(source)?.Client.Registration.McpttId;

    /// <summary>The ways to the client, in the order in which they are tried; those whose connection is gone come last.</summary>
    public IReadOnlyList<RegisteredFlow> WaysTo(string id)
    {
        if (!_clients.TryGetValue(id, out RegisteredClient? client))
            return [];
        return client.Flows.Length == 1 ? client.Flows : [.. client.Flows.OrderBy(flow => flow.IsGone)];
    }

    /// <summary>It came from the store and was not refreshed since: the client may have missed notices.</summary>
    public bool IsRestored(string id) => _clients.GetValueOrDefault(id)?.IsRestored == true;

    public void Restore(Registration registration) => Set(registration, flow: null, isRestored: true);

    /// <summary>In place of what there was of this client; its other bindings keep their flows.</summary>
    /// <param name="flow">Of the bindings that are new or refreshed; null when none is.</param>
    public void Set(Registration registration, SipFlow? flow) => Set(registration, flow, isRestored: flow is null && IsRestored(registration.Id));

    public bool Remove(string id, [NotNullWhen(true)] out Registration? registration)
    {
        registration = null;
        if (!_clients.Remove(id, out RegisteredClient? client))
            return false;
        registration = client.Registration;
        foreach (RegisteredFlow flow in client.Flows)
            Unbind(flow);
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
        _ofConnection.Remove(flow, out RegisteredFlow? bound);
        while (bound is not null)
        {
            RegisteredFlow? next = bound.After;
            (bound.Flow, bound.Before, bound.After) = (null, null, null);
            bound = next;
        }
    }

    /// <summary>The registration that ends first, if that is by now.</summary>
    public bool TryGetExpired(DateTimeOffset time, [NotNullWhen(true)] out Registration? registration)
    {
        registration = _expiries.FirstBy(time)?.Registration;
        return registration is not null;
    }

    private void Set(Registration registration, SipFlow? flow, bool isRestored)
    {
        bool isNew = !_clients.TryGetValue(registration.Id, out RegisteredClient? client);
        client ??= new RegisteredClient(registration);
        RegisteredFlow[] before = client.Flows;
        var flows = new RegisteredFlow[registration.Bindings.Count];
        for (int i = 0; i < flows.Length; i++)
            flows[i] = Find(before, registration.Bindings[i]) ?? new RegisteredFlow(client, registration.Bindings[i], flow);
        client.Registration = registration;
        client.IsRestored = isRestored;
        client.Flows = flows;
        // The new ones first: one that comes from where an old one came takes its place.
        foreach (RegisteredFlow bound in flows)
        {
            if (!before.Contains(bound))
                Bind(bound);
        }
        foreach (RegisteredFlow bound in before)
        {
            if (!flows.Contains(bound))
                Unbind(bound);
        }
        if (isNew)
        {
            _clients.Add(registration.Id, client);
            _ofUser[registration.McpttId] = [.. Of(registration.McpttId), registration];
            _expiries.Add(client);
            return;
        }
        Registration[] ofUser = _ofUser[registration.McpttId];
        for (int i = 0; i < ofUser.Length; i++)
        {
            if (ofUser[i].Id == registration.Id)
                ofUser[i] = registration;
        }
        _expiries.Update(client);
    }

    private static RegisteredFlow? Find(RegisteredFlow[] flows, SipBinding binding)
    {
        foreach (RegisteredFlow flow in flows)
        {
            if (ReferenceEquals(flow.Binding, binding))
                return flow;
        }
        return null;
    }

    private void Bind(RegisteredFlow bound)
    {
        if (bound.Binding is { Transport: SipTransportKind.Udp, Source: { } source })
            _ofUdpSource[source] = bound;
        if (bound.Flow is not { Connection: not 0 } connection)
            return;
        bound.After = _ofConnection.GetValueOrDefault(connection);
        if (bound.After is { } after)
            after.Before = bound;
        _ofConnection[connection] = bound;
    }

    private void Unbind(RegisteredFlow bound)
    {
        if (bound.Binding.Source is { } source && _ofUdpSource.GetValueOrDefault(source) == bound)
            _ofUdpSource.Remove(source);
        if (bound.After is { } after)
            after.Before = bound.Before;
        if (bound.Before is { } before)
            before.After = bound.After;
        else if (bound.Flow is { Connection: not 0 } connection)
            Replace(connection, bound.After);
    }

    private void Replace(SipFlow connection, RegisteredFlow? first)
    {
        if (first is null)
            _ofConnection.Remove(connection);
        else
            _ofConnection[connection] = first;
    }
}
