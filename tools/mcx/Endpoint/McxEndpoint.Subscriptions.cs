using System.Collections.Concurrent;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>What the client subscribes to at the server.</summary>
public sealed partial class McxEndpoint
{
    private readonly ConcurrentDictionary<EndpointSubscription, bool> _subscriptions = new();

    /// <summary>
    /// Subscribes to the affiliations of a user, or to who is affiliated to a group; each <see cref="AffiliationsNotified"/> tells them.
    /// Ends when it is disposed, with the endpoint at the latest.
    /// </summary>
    /// <param name="target">A user or a group; null = this user.</param>
    /// <param name="once">They are told once.</param>
    public EndpointSubscription SubscribeToAffiliations(string? target = null, bool once = false) =>
        Subscribe(_requests.Subscribe("presence", ContentTypes.Pidf, target ?? Profile.McpttId, session: null, once), notified =>
        {
            if (DocumentOf(notified, ContentTypes.Pidf) is { } body && AffiliationState.TryParse(body, out AffiliationState state, out _))
                _hub.Publish(new AffiliationsNotified(state.Entity, state.Tuples));
        });

    /// <summary>
    /// Subscribes to who is in the call of a group that this user is in; each <see cref="RosterNotified"/> tells all of them. Ends with
    /// the call, or when it is disposed.
    /// </summary>
    /// <param name="once">They are told once.</param>
    public EndpointSubscription SubscribeToRoster(string group, bool once = false)
    {
        string? session = _calls.Values.FirstOrDefault(call => McIdentity.Normalise(call.Group) == McIdentity.Normalise(group))?.Dialog.RemoteTarget.ToString();
        var users = new Dictionary<string, ConferenceUser>(StringComparer.Ordinal);
        return Subscribe(_requests.Subscribe("conference", ContentTypes.ConferenceInfo, group, session, once), notified =>
        {
            if (DocumentOf(notified, ContentTypes.ConferenceInfo) is not { } body || !ConferenceInfo.TryParse(body, out ConferenceInfo info, out _))
                return;
            if (!info.IsPartial)
                users.Clear();
            foreach (ConferenceUser user in info.Users)
            {
                if (user.IsGone)
                    users.Remove(user.Entity);
                else
                    users[user.Entity] = user;
            }
            _hub.Publish(new RosterNotified(group, [.. users.Keys], info.UserCount));
        });
    }

    private EndpointSubscription Subscribe(EventSubscriberOptions options, Action<SubscriberEffect.Notified> notified)
    {
        var subscription = new EndpointSubscription(
            options, _sip.RequestAsync, notified, ended => _hub.Publish(new SubscriptionEnded(options.Event.Package, ended.Reason, !ended.RetryAt.IsNever)));
        subscription.Closed = () => _subscriptions.TryRemove(subscription, out _);
        // Before it starts: a NOTIFY may come ahead of the 200.
        _subscriptions[subscription] = true;
        subscription.Start();
        return subscription;
    }

    private SipResponse AnswerNotify(SipRequest notify)
    {
        foreach (EndpointSubscription subscription in _subscriptions.Keys)
        {
            if (subscription.Receive(notify) is { } response)
                return response;
        }
        return Answer(notify, 481);
    }

    private async Task UnsubscribeAsync()
    {
        foreach (EndpointSubscription subscription in _subscriptions.Keys)
            await subscription.DisposeAsync().ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte>? DocumentOf(SubscriberEffect.Notified notified, string type) => PartOf(notified.Notify, type)?.Body;
}
