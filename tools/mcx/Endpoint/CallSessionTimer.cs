using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>
/// The SIP session of one call: takes the server's changes, sends this client's one after the other, refreshes when it is this
/// client's turn, and ends the call when nobody refreshed it (RFC 4028). Safe to use from any thread.
/// </summary>
internal sealed class CallSessionTimer(SipSession session) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _over = new();

    public SipDialog Dialog => session.Dialog;

    /// <summary>The server's INVITE or UPDATE: its 2xx, completed, or the refusal it gets.</summary>
    public SipResponse Take(SipRequest request, Func<SipResponse> accept)
    {
        lock (_lock)
        {
            if (session.Refusal(request) is { } refusal)
                return refusal;
            SipResponse success = accept();
            session.Succeed(request, success, SystemClock.Now);
            _changed.Release();
            return success;
        }
    }

    /// <summary>Sends an INVITE within the dialog, again after a 491 or 422, and gives its final response.</summary>
    /// <param name="send">Completes the INVITE, sends it and acknowledges its 2xx.</param>
    public async Task<SipResponse> InviteAsync(Func<SipRequest, Task<SipResponse>> send, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (true)
            {
                SipRequest invite;
                lock (_lock)
                    invite = session.CreateInvite();
                (SipResponse response, SessionTimerAction action) = await SendAsync(invite, send).ConfigureAwait(false);
                if (response.Status == 491)
                    await Task.Delay(TimeUntil(session.RetryAt), cancellation).ConfigureAwait(false);
                else if (action != SessionTimerAction.Refresh)
                    return response;
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Until the call is over. Gives the reason when nobody refreshed the session, null when it was disposed.</summary>
    /// <param name="send">Completes the refresh, sends it and acknowledges the 2xx to an INVITE.</param>
    public async Task<string?> RunAsync(Func<SipRequest, Task<SipResponse>> send)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(TimeUntil(session.NextDeadline), _over.Token).ConfigureAwait(false);
                await _sending.WaitAsync(_over.Token).ConfigureAwait(false);
                try
                {
                    if (await ExpireAsync(send).ConfigureAwait(false) == SessionTimerAction.End)
                        return "the session was not refreshed";
                }
                finally
                {
                    _sending.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _over.Cancel();

    private async Task<SessionTimerAction> ExpireAsync(Func<SipRequest, Task<SipResponse>> send)
    {
        SessionTimerAction action;
        lock (_lock)
            action = session.Expire(SystemClock.Now);
        while (action == SessionTimerAction.Refresh)
        {
            SipRequest refresh;
            lock (_lock)
                refresh = session.CreateRefresh();
            try
            {
                (_, action) = await SendAsync(refresh, send).ConfigureAwait(false);
            }
            catch (ToolException e)
            {
                action = e is NoAnswerException ? SessionTimerAction.End : SessionTimerAction.None;
            }
        }
        return action;
    }

    private async Task<(SipResponse Response, SessionTimerAction Action)> SendAsync(SipRequest request, Func<SipRequest, Task<SipResponse>> send)
    {
        try
        {
            SipResponse response = await send(request).ConfigureAwait(false);
            lock (_lock)
            {
                // Credentials cost a number of their own.
                while (session.Dialog.LocalCSeq < response.CSeq.Number)
                    session.Dialog.CreateRequest(request.Method);
                return (response, session.Answered(response, SystemClock.Now));
            }
        }
        catch (Exception e) when (e is ToolException or OperationCanceledException)
        {
            lock (_lock)
                session.Failed(timedOut: e is NoAnswerException, SystemClock.Now);
            throw;
        }
        finally
        {
            _changed.Release();
        }
    }

    private static TimeSpan TimeUntil(Instant deadline) =>
        deadline.IsNever ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Min(deadline.MillisecondsFrom(SystemClock.Now), int.MaxValue));
}
