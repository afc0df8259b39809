using System.Diagnostics.CodeAnalysis;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Brings groups' keys to clients (TS 33.180 5.7): an I_MESSAGE for each client and key, one at a time for a client, until it has
/// acknowledged what it must hold. Messages are made by the host, a bounded number at a time.
/// </summary>
internal sealed class GroupKeyDelivery(
    McContext context, Func<string, IReadOnlyList<GroupKeyRing>> ringsOf, Action<GroupKeyRing, Instant, McxEffects> acknowledged)
{
    private readonly Dictionary<string, Delivery> _deliveries = [];
    private readonly Queue<Delivery> _waiting = new();
    private readonly Dictionary<long, Work> _work = [];
    private readonly PriorityQueue<Delivery, Instant> _retries = new();

    public int InWork => _work.Count;

    public Instant NextRetry => _retries.TryPeek(out _, out Instant due) ? due : Instant.Never;

    /// <summary>A client may have keys to get.</summary>
    public void Offer(string client, string mcpttId, bool anew, Instant now, McxEffects effects)
    {
        // Who is being served gets what has come up since afterwards.
        if (!anew && _deliveries.GetValueOrDefault(client) is { IsWaitingForRetry: false })
            return;
        var delivery = new Delivery(client, mcpttId);
        if (FindDue(delivery, out _, out _))
        {
            _deliveries[client] = delivery;
            Continue(delivery, now, effects);
        }
        else
        {
            _deliveries.Remove(client);
        }
    }

    public void Retry(Instant now, McxEffects effects)
    {
        while (_retries.TryPeek(out Delivery? delivery, out Instant due) && due <= now)
        {
            _retries.Dequeue();
            delivery.IsWaitingForRetry = false;
            delivery.Failed.Clear();
            if (IsCurrent(delivery))
                Continue(delivery, now, effects);
        }
    }

    public void Sweep(Instant now, McxEffects effects)
    {
        foreach (long ticket in _work.Where(work => work.Value.Since + context.Options.Keys.WorkTimeout < now).Select(work => work.Key).ToArray())
            MessageMade(ticket, null, now, effects);
    }

    public void MessageMade(long ticket, byte[]? message, Instant now, McxEffects effects)
    {
        if (!_work.Remove(ticket, out Work? work))
            return;
        if (!IsCurrent(work.Delivery))
            Pump(now, effects);
        else if (message is null)
            Fail(work, "the message could not be made", now, effects);
        else if (work.Ring.Keys.Contains(work.Key) && context.State.Registrations.TryGetValue(work.Delivery.Client, out Registration? registration))
            Send(work, registration, message, now, effects);
        else
            Continue(work.Delivery, now, effects);
    }

    private void Send(Work work, Registration registration, byte[] message, Instant now, McxEffects effects)
    {
        string member = context.Organisation.UserByMcpttId(registration.McpttId)!.McpttId;
        SipRequest request = context.NewRequest(SipMethods.Message, registration.Contact, member, context.Options.GroupManagementUri);
        McContext.SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = member }.Serialise()),
            new MimePart(ContentTypes.Mikey, message));
        context.SendTo(registration, request, new KeyMessage(this, work), effects);
        Pump(now, effects);
    }

    private void Acknowledge(Work work, Instant now, McxEffects effects)
    {
        if (work.Ring.Keys.Contains(work.Key))
        {
            string client = work.Delivery.Client;
            work.Key.Acknowledge(client, work.Told);
            effects.Put(new GroupKeyReceipt
            {
                Id = GroupKeyReceipt.IdOf(work.Key.Record.KeyId, client),
                KeyId = work.Key.Record.KeyId,
                McpttId = work.Delivery.McpttId,
                ClientId = client[(work.Delivery.McpttId.Length + 1)..],
                ExpiresAt = work.Told,
            });
            effects.Log("group-key-acknowledged", work.Ring.Group.Id, $"{work.Ring.KeyName} {work.Key.Record.Id} by {client}");
            acknowledged(work.Ring, now, effects);
        }
        if (IsCurrent(work.Delivery))
            Continue(work.Delivery, now, effects);
    }

    private void Fail(Work work, string reason, Instant now, McxEffects effects)
    {
        effects.Warn("group-key-not-taken", work.Ring.Group.Id, $"{work.Ring.KeyName} {work.Key.Record.Id} by {work.Delivery.Client}: {reason}");
        work.Delivery.Failed.Add(work.Key.Record.KeyId);
        if (IsCurrent(work.Delivery))
            Continue(work.Delivery, now, effects);
    }

    private void Continue(Delivery delivery, Instant now, McxEffects effects)
    {
        _waiting.Enqueue(delivery);
        Pump(now, effects);
    }

    private void Pump(Instant now, McxEffects effects)
    {
        while (_work.Count < context.Options.Keys.MaxMessagesInWork && _waiting.TryDequeue(out Delivery? delivery))
        {
            if (!IsCurrent(delivery))
                continue;
            if (!context.State.Registrations.ContainsKey(delivery.Client))
                _deliveries.Remove(delivery.Client);
            else if (FindDue(delivery, out GroupKeyRing? ring, out ManagedGroupKey? key))
                Make(new Work(delivery, ring, key, key.Record.ExpiresAt, now), effects);
            else
                Rest(delivery, now);
        }
    }

    private void Make(Work work, McxEffects effects)
    {
        string member = context.Organisation.UserByMcpttId(work.Delivery.McpttId)!.McpttId;
        long ticket = context.NextTicket();
        _work[ticket] = work;
        effects.Submit(new KeyEffect.MakeKeyMessage(ticket, work.Key.ToMessageKey(work.Ring.Group.Id), member, context.WallClock(work.Since)));
    }

    private void Rest(Delivery delivery, Instant now)
    {
        if (delivery.Failed.Count == 0 || delivery.Retries >= context.Options.Keys.MaxRetries)
        {
            _deliveries.Remove(delivery.Client);
            return;
        }
        delivery.IsWaitingForRetry = true;
        _retries.Enqueue(delivery, now + context.Options.Keys.RetryInterval * (1 << delivery.Retries++));
    }

    private bool FindDue(Delivery delivery, [NotNullWhen(true)] out GroupKeyRing? ring, [NotNullWhen(true)] out ManagedGroupKey? key)
    {
        (ring, key) = (null, null);
        foreach (GroupKeyRing candidate in ringsOf(delivery.McpttId))
        {
            if (candidate.DueTo(delivery.Client, delivery.Failed) is not { } due)
                continue;
            (ring, key) = (candidate, due);
            if (due.Record.ExpiresAt is null)
                break;
        }
        return key is not null;
    }

    private bool IsCurrent(Delivery delivery) => ReferenceEquals(_deliveries.GetValueOrDefault(delivery.Client), delivery);

    /// <summary>What one client is being given; another one takes its place when the client registers anew.</summary>
    private sealed class Delivery(string client, string mcpttId)
    {
        public string Client { get; } = client;

        public string McpttId { get; } = mcpttId;

        /// <summary>Keys that it did not take in this round.</summary>
        public HashSet<uint> Failed { get; } = [];

        public int Retries { get; set; }

        public bool IsWaitingForRetry { get; set; }
    }

    /// <summary>One key on its way to one client.</summary>
    /// <param name="Told">The expiry time in the message.</param>
    private sealed record Work(Delivery Delivery, GroupKeyRing Ring, ManagedGroupKey Key, DateTimeOffset? Told, Instant Since);

    private sealed class KeyMessage(GroupKeyDelivery delivery, Work work) : PendingRequest
    {
        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
            if (response.Status < 200)
                return;
            if (response.IsSuccess)
                delivery.Acknowledge(work, now, effects);
            else
                delivery.Fail(work, $"answered {response.Status} {response.Reason} {string.Join(", ", SipWarning.AllOf(response).Select(warning => warning.Text))}".TrimEnd(), now, effects);
        }

        public override void Fail(string reason, Instant now, McxEffects effects) => delivery.Fail(work, reason, now, effects);
    }
}
